/**
 * What the other engines need, installed before the tests: an environment with PySpark, the file of DuckDB's extension
 * `httpfs`, and the jars of a Kafka broker. Where that cannot be, the tests that need it are skipped and the reason is said; in CI it is a failure, for
 * there a skipped test would look like a passed one.
 */
import path from 'node:path';
import { readdirSync } from 'node:fs';
import setUpHome from '../../../../packages/db/test/support/global-setup.ts';
import { hasCommand, kafkaInstallation, pythonEnvironment } from '../../src/index.ts';

/** DuckDB's version is that of `@duckdb/node-api`: an extension of another one does not load. */
const REQUIREMENTS = ['pyspark==3.5.6', 'duckdb-extension-httpfs==1.5.5'];

export default async function setUp(): Promise<void> {
  // Of the tests that keep a ledger.
  await setUpHome();
  await setUpPython();
  const kafka = await kafkaInstallation();
  if ('reason' in kafka) unavailable(kafka.reason);
  else process.env['FARELAKE_TEST_KAFKA'] = kafka.jars;
}

async function setUpPython(): Promise<void> {
  const python = await pythonEnvironment({ name: 'engines', requirements: REQUIREMENTS });
  if (typeof python !== 'string') {
    unavailable(python.reason);
    return;
  }
  const extension = extensionFile(path.dirname(path.dirname(python)));
  if (extension === undefined) unavailable('the package of httpfs holds no extension file');
  else process.env['FARELAKE_HTTPFS'] = extension;
  if (await hasCommand('java', '-version')) process.env['FARELAKE_TEST_PYSPARK'] = python;
  else unavailable('there is no Java, which Spark runs on');
}

function unavailable(reason: string): void {
  if (process.env['CI'] === 'true') throw new Error(`tests on other engines cannot run: ${reason}`);
  process.stderr.write(`Tests are skipped: ${reason}.\n`);
}

function extensionFile(environment: string): string | undefined {
  const names = readdirSync(path.join(environment, 'lib'), { recursive: true, encoding: 'utf8' });
  const name = names.find((one) => one.endsWith('httpfs.duckdb_extension'));
  return name === undefined ? undefined : path.join(environment, 'lib', name);
}
