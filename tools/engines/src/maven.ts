/** Jars fetched by Maven into a folder of the user's cache. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { exists } from './cache.ts';
import { hasCommand, type Unavailable } from './python.ts';

const run = promisify(execFile);

export interface MavenJars {
  /** What they are for, as a part of sentences: `a Kafka broker`. */
  readonly of: string;
  /** Each `group:name:version`. */
  readonly artifacts: readonly string[];
  /** The jars by file name, with their SHA-256: then just these come. Otherwise all that the artifacts need comes with them. */
  readonly sha256?: Readonly<Record<string, string>>;
}

/**
 * The jars in `<folder>/lib`. The folder is made under another name and moved when it is whole, so that one that died half way
 * is never found, and two that make it at once do not disturb each other.
 * @returns the folder of the jars; Unavailable without Maven, or when it cannot fetch them, or other bytes came
 */
export async function mavenJars(folder: string, jars: MavenJars): Promise<string | Unavailable> {
  const lib = path.join(folder, 'lib');
  if (await exists(lib)) return lib;
  if (!(await hasCommand('mvn', '--version')))
    return { reason: `there is no mvn (Maven), which fetches the jars of ${jars.of}` };
  return fetchJars(folder, jars).then(
    () => lib,
    (error: unknown) => ({ reason: `Maven could not fetch ${jars.artifacts.join(', ')}: ${lastLine(error)}` }),
  );
}

async function fetchJars(folder: string, { of, artifacts, sha256 }: MavenJars): Promise<void> {
  const making = `${folder}.${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(making, { recursive: true });
    await writeFile(path.join(making, 'pom.xml'), pom(of, artifacts));
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'];
    const only = sha256 === undefined ? [] : ['-DexcludeTransitive=true'];
    await run('mvn', ['-B', '-ntp', '-q', ...goal, ...only], { cwd: making, maxBuffer: 1 << 26 });
    for (const [name, expected] of Object.entries(sha256 ?? {}))
      await requireSha256(path.join(making, 'lib', name), expected);
    await rename(making, folder).catch(async (error: unknown) => {
      // Another run was faster, and its jars are the same.
      if (!(await exists(path.join(folder, 'lib')))) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function requireSha256(file: string, expected: string): Promise<void> {
  const found = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  if (found !== expected) throw new Error(`${path.basename(file)} has SHA-256 ${found} and not ${expected}`);
}

function pom(of: string, artifacts: readonly string[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':') as [string, string, string];
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>farelake</groupId><artifactId>for-tests</artifactId><version>1</version><packaging>pom</packaging>
  <description>${of}</description>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`;
}

function lastLine(error: unknown): string {
  const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
  const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.includes('ERROR'));
  return lines[0]?.trim() ?? message;
}
