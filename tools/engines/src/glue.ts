/** What the jobs of `glue-jobs/` need on this machine: the Python that AWS Glue 5.1 has, with the packages of its jobs, and Java 17. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { pythonEnvironment, type Unavailable } from './python.ts';

export const GLUE_JOBS = path.resolve(import.meta.dirname, '../../../glue-jobs');

/** Of Java; Spark 3.5 runs on 8, 11 and 17, and Glue 5.1 has 17 (Spark 3.5, "Downloading"). */
const JAVA = [17];

/**
 * The interpreter of an environment with what runs and checks the jobs; it is installed when it is asked for first.
 * @returns Unavailable without python3 or Java 17, or when packages cannot be installed
 */
export async function glueEnvironment(): Promise<string | Unavailable> {
  const java = await javaVersion();
  if (java === undefined) return { reason: 'there is no Java, which Spark runs on' };
  if (!JAVA.includes(java))
    return { reason: `Java is version ${java}, and Spark 3.5 on Glue needs ${JAVA.join(', ')}` };
  const files = ['requirements.txt', 'requirements-dev.txt'];
  const lists = await Promise.all(files.map((name) => readFile(path.join(GLUE_JOBS, name), 'utf8')));
  const requirements = lists.flatMap((text) => text.split('\n')).filter((line) => /^[^#\s]/.test(line));
  return pythonEnvironment({ name: 'glue', requirements });
}

async function javaVersion(): Promise<number | undefined> {
  try {
    const { stderr } = await promisify(execFile)('java', ['-version']);
    const found = /version "(?:1\.)?(\d+)/.exec(stderr)?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}
