/** Other engines that read Iceberg tables: installed into the user's cache once, for tests. icebird comes with the repository. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, idOf } from '../cache.ts';
import { mavenJars, type MavenJars } from '../maven.ts';
import { hasCommand, pythonEnvironment, type Unavailable } from '../python.ts';

/** DuckDB's version is that of `@duckdb/node-api`: an extension of another one does not load. */
const EXTENSIONS = { avro: '1.5.5', iceberg: '1.5.5', postgres_scanner: '1.5.5' } as const;

/** An extension is a file in a package of Python's. */
const REQUIREMENTS = [
  'pyiceberg[sql-postgres,pyarrow]==0.12.0',
  'pyarrow==26.0.1',
  ...Object.entries(EXTENSIONS).map(([name, version]) => `duckdb-extension-${name.replace('_', '-')}==${version}`),
];

/** Each `group:name:version`, as `spark.jars.packages` takes them. */
export const SPARK_PACKAGES = [
  'org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.2',
  'org.postgresql:postgresql:42.7.14',
];

const JARS: MavenJars = {
  of: 'Iceberg for Spark',
  artifacts: SPARK_PACKAGES,
  sha256: {
    'iceberg-spark-runtime-3.5_2.12-1.10.2.jar': 'c562d482dcd16b666e808b755469fbc4b2604284b41622c9d87e2c02b7cc6c5f',
    'postgresql-42.7.14.jar': '73914527305a40cce504b0d3d90b23caf565136912d607ae8ae7c5895512332c',
  },
};

/** What the readers need; JSON, so that the setup of a test run hands it on by an environment variable. */
export interface IcebergInstallation {
  /** An interpreter that has PyIceberg. */
  readonly pyiceberg: string;
  /** An interpreter that has PySpark. */
  readonly pyspark: string;
  /** Of Iceberg's runtime for Spark and of the driver for Postgres. */
  readonly jars: readonly string[];
  /** Files of DuckDB's extensions. */
  readonly extensions: Readonly<Record<keyof typeof EXTENSIONS, string>>;
}

/**
 * @param pyspark an interpreter that has PySpark 3.5 with Scala 2.12, as its package brings it
 * @returns Unavailable without python3, Java or Maven, or when something cannot be fetched
 */
export async function icebergInstallation(pyspark: string): Promise<IcebergInstallation | Unavailable> {
  if (!(await hasCommand('java', '-version'))) return { reason: 'there is no Java, which Spark runs on' };
  const pyiceberg = await pythonEnvironment({ name: 'iceberg', requirements: REQUIREMENTS });
  if (typeof pyiceberg !== 'string') return pyiceberg;
  const lib = await mavenJars(path.join(cacheFolder(), `iceberg-spark-${idOf(JSON.stringify(JARS))}`), JARS);
  if (typeof lib !== 'string') return lib;
  const jars = Object.keys(JARS.sha256 ?? {}).map((name) => path.join(lib, name));
  const extensions: Record<string, string> = {};
  for (const name of Object.keys(EXTENSIONS)) {
    const file = await extensionFile(pyiceberg, name);
    if (file === undefined) return { reason: `the package of ${name} holds no extension file` };
    extensions[name] = file;
  }
  return { pyiceberg, pyspark, jars, extensions: extensions as IcebergInstallation['extensions'] };
}

/** @param python the interpreter of an environment that the extension's package is installed in */
export async function extensionFile(python: string, name: string): Promise<string | undefined> {
  const folder = path.join(path.dirname(path.dirname(python)), 'lib');
  const names = await readdir(folder, { recursive: true });
  const file = names.find((one) => path.basename(one) === `${name}.duckdb_extension`);
  return file === undefined ? undefined : path.join(folder, file);
}
