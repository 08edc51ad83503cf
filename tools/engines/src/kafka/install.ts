/** The jars of Apache Kafka, fetched by Maven into the user's cache once, for tests that need a real broker. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, hasCommand, type Unavailable } from '../python.ts';

const run = promisify(execFile);

/** Scala's version is part of the name of Kafka's main jar. A logger is needed, or the broker says nothing at all. */
const ARTIFACTS = ['org.apache.kafka:kafka_2.13:4.4.0', 'org.slf4j:slf4j-simple:1.7.36'];

/** Kafka 4 runs on Java 17 and later. */
const OLDEST_JAVA = 17;

export interface KafkaInstallation {
  /** The folder of the jars, for `java -cp '<folder>/*'`. */
  readonly jars: string;
  /** Where the archive of classes is, or will be once a broker has ended in good order: it starts in half the time with it. */
  readonly classArchive: string;
}

/**
 * Kafka's jars. The folder is made under another name and moved when it is whole, so that one that died half way is never
 * found, and two that make it at once do not disturb each other.
 * @returns Unavailable without Java 17, keytool or Maven, or when Maven cannot fetch them
 */
export async function kafkaInstallation(): Promise<KafkaInstallation | Unavailable> {
  const java = await javaVersion();
  if (java === undefined) return { reason: 'there is no Java, which a Kafka broker runs on' };
  if (Number.parseInt(java, 10) < OLDEST_JAVA)
    return { reason: `a Kafka broker needs Java ${OLDEST_JAVA} or later, and this one is ${java}` };
  if (!(await hasCommand('keytool', '-help')))
    return { reason: 'there is no keytool, which makes the certificates of a Kafka broker' };
  const id = createHash('sha256')
    .update([java, ...ARTIFACTS].join('\n'))
    .digest('hex')
    .slice(0, 12);
  const folder = path.join(cacheFolder(), `kafka-${id}`);
  const installation = { jars: path.join(folder, 'lib'), classArchive: path.join(folder, 'kafka.jsa') };
  if (await exists(installation.jars)) return installation;
  if (!(await hasCommand('mvn', '--version')))
    return { reason: 'there is no mvn (Maven), which fetches the jars of a Kafka broker' };
  return fetchJars(folder).then(
    () => installation,
    (error: unknown) => ({ reason: `Maven could not fetch ${ARTIFACTS.join(', ')}: ${lastLine(error)}` }),
  );
}

async function fetchJars(folder: string): Promise<void> {
  const making = `${folder}.${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(making, { recursive: true });
    await writeFile(path.join(making, 'pom.xml'), pom());
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'];
    await run('mvn', ['-B', '-ntp', '-q', ...goal], { cwd: making, maxBuffer: 1 << 26 });
    await rename(making, folder).catch(async (error: unknown) => {
      // Another run was faster, and its jars are the same.
      if (!(await exists(path.join(folder, 'lib')))) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

function pom(): string {
  const dependencies = ARTIFACTS.map((artifact) => {
    const [group, name, version] = artifact.split(':') as [string, string, string];
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>farelake</groupId><artifactId>kafka-for-tests</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`;
}

/** `17.0.15`; undefined: there is none. It is said on standard error, in quotes. */
async function javaVersion(): Promise<string | undefined> {
  const said = await run('java', ['-version']).catch(() => undefined);
  return said === undefined ? undefined : (/version "([^"]+)"/.exec(said.stderr)?.[1] ?? '0');
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

function lastLine(error: unknown): string {
  const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.includes('ERROR'));
  return lines[0]?.trim() ?? message;
}
