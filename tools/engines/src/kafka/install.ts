/** The jars of Apache Kafka, fetched by Maven into the user's cache once, for tests that need a real broker. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, idOf } from '../cache.ts';
import { mavenJars } from '../maven.ts';
import { hasCommand, type Unavailable } from '../python.ts';

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
 * Kafka's jars.
 * @returns Unavailable without Java 17, keytool or Maven, or when Maven cannot fetch them
 */
export async function kafkaInstallation(): Promise<KafkaInstallation | Unavailable> {
  const java = await javaVersion();
  if (java === undefined) return { reason: 'there is no Java, which a Kafka broker runs on' };
  if (Number.parseInt(java, 10) < OLDEST_JAVA)
    return { reason: `a Kafka broker needs Java ${OLDEST_JAVA} or later, and this one is ${java}` };
  if (!(await hasCommand('keytool', '-help')))
    return { reason: 'there is no keytool, which makes the certificates of a Kafka broker' };
  const folder = path.join(cacheFolder(), `kafka-${idOf([java, ...ARTIFACTS].join('\n'))}`);
  const jars = await mavenJars(folder, { of: 'a Kafka broker', artifacts: ARTIFACTS });
  return typeof jars === 'string' ? { jars, classArchive: path.join(folder, 'kafka.jsa') } : jars;
}

/** `17.0.15`; undefined: there is none. It is said on standard error, in quotes. */
async function javaVersion(): Promise<string | undefined> {
  const said = await run('java', ['-version']).catch(() => undefined);
  return said === undefined ? undefined : (/version "([^"]+)"/.exec(said.stderr)?.[1] ?? '0');
}
