/**
 * What the other engines need, installed before the tests: the Python of the Glue jobs with PySpark, the file of DuckDB's extension
 * `httpfs`, the jars of a Kafka broker, an emulator of AWS, and readers of Iceberg tables. Where that cannot be, the tests that need it are skipped
 * and the reason is said; in CI it is a failure, for there a skipped test would look like a passed one.
 */
import setUpHome from '../../../../packages/db/test/support/global-setup.ts';
import {
  extensionFile,
  glueEnvironment,
  icebergInstallation,
  kafkaInstallation,
  motoInstallation,
  pythonEnvironment,
} from '../../src/index.ts';

/** DuckDB's version is that of `@duckdb/node-api`: an extension of another one does not load. */
const REQUIREMENTS = ['duckdb-extension-httpfs==1.5.5'];

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
  const python = await pythonEnvironment({ name: 'httpfs', requirements: REQUIREMENTS });
  const extension = typeof python === 'string' ? await extensionFile(python, 'httpfs') : undefined;
  if (typeof python !== 'string') unavailable('httpfs', python.reason);
  else if (extension === undefined) unavailable('httpfs', 'its package holds no extension file');
  else process.env['FARELAKE_HTTPFS'] = extension;
  const glue = await glueEnvironment();
  if (typeof glue !== 'string') {
    unavailable('Spark and readers of Iceberg', glue.reason);
    return;
  }
  process.env['FARELAKE_TEST_PYSPARK'] = glue;
  const iceberg = await icebergInstallation(glue);
  if ('reason' in iceberg) unavailable('readers of Iceberg', iceberg.reason);
  else process.env['FARELAKE_TEST_ICEBERG'] = JSON.stringify(iceberg);
}

function unavailable(tests: string, reason: string): void {
  if (process.env['CI'] === 'true') throw new Error(`tests of ${tests} cannot run: ${reason}`);
  process.stderr.write(`Tests of ${tests} are skipped: ${reason}.\n`);
}
