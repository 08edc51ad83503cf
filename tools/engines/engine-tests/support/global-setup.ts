/**
 * What the other engines need, installed before the tests: an environment with PySpark, the file of DuckDB's extension
 * `httpfs`, the jars of a Kafka broker, an emulator of AWS, and readers of Iceberg tables. Where that cannot be, the tests that need it are skipped
 * and the reason is said; in CI it is a failure, for there a skipped test would look like a passed one.
 */
import setUpHome from '../../../../packages/db/test/support/global-setup.ts';
import {
  extensionFile,
  hasCommand,
  icebergInstallation,
  kafkaInstallation,
  motoInstallation,
  pythonEnvironment,
} from '../../src/index.ts';

/** DuckDB's version is that of `@duckdb/node-api`: an extension of another one does not load. */
const REQUIREMENTS = ['pyspark==3.5.6', 'duckdb-extension-httpfs==1.5.5'];

export default async function setUp(): Promise<void> {
  // Of the tests that keep a ledger.
  await setUpHome();
  await setUpPython();
  const kafka = await kafkaInstallation();
  if ('reason' in kafka) unavailable('a Kafka broker', kafka.reason);
  else process.env['FARELAKE_TEST_KAFKA'] = kafka.jars;
  const moto = await motoInstallation();
  if (typeof moto === 'string') process.env['FARELAKE_TEST_MOTO'] = moto;
  else unavailable('Glue', moto.reason);
}

async function setUpPython(): Promise<void> {
  const python = await pythonEnvironment({ name: 'engines', requirements: REQUIREMENTS });
  if (typeof python !== 'string') {
    unavailable('Spark, httpfs and readers of Iceberg', python.reason);
    return;
  }
  const extension = await extensionFile(python, 'httpfs');
  if (extension === undefined) unavailable('httpfs', 'its package holds no extension file');
  else process.env['FARELAKE_HTTPFS'] = extension;
  if (await hasCommand('java', '-version')) process.env['FARELAKE_TEST_PYSPARK'] = python;
  else unavailable('Spark', 'there is no Java, which it runs on');
  const iceberg = await icebergInstallation(python);
  if ('reason' in iceberg) unavailable('readers of Iceberg', iceberg.reason);
  else process.env['FARELAKE_TEST_ICEBERG'] = JSON.stringify(iceberg);
}

function unavailable(tests: string, reason: string): void {
  if (process.env['CI'] === 'true') throw new Error(`tests of ${tests} cannot run: ${reason}`);
  process.stderr.write(`Tests of ${tests} are skipped: ${reason}.\n`);
}
