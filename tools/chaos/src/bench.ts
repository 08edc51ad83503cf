/** What all homes of a run share: a folder, a Postgres, a stand-in for S3; and that nothing of it stays behind. */
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stopLocalPostgres } from '@farelake/db';
import { s3Variables, startS3, type S3Server } from '../../../packages/lake/test/support/s3-server.ts';
import { startFront, type Front } from '../../../packages/lake/test/support/s3-front.ts';
import { endChildren } from './child.ts';
import { startServer, type Server } from './postgres/server.ts';

export const BUCKET = 'chaos';
const PREFIX = 'farelake-chaos-';

export interface Bench {
  readonly folder: string;
  readonly server: Server;
  /** Interpreter that Spark works in; undefined: no story needs it. */
  readonly python: string | undefined;
  /** The bucket's server, with what can be done to its answers; started by the first that asks. */
  bucket(): Promise<{ readonly server: S3Server; readonly front: Front }>;
  close(): Promise<void>;
}

export async function openBench(python?: string): Promise<Bench> {
  await sweep();
  const folder = await mkdtemp(path.join(os.tmpdir(), `${PREFIX}${process.pid}-`));
  // Run as root, Postgres works as another account, which has to pass through.
  await chmod(folder, 0o755);
  const server = await startServer(folder);
  let bucket: ReturnType<Bench['bucket']> | undefined;
  let closed: Promise<void> | undefined;
  const close = async () => {
    endChildren();
    if (bucket !== undefined) {
      const { front, server: s3 } = await bucket;
      await front.close();
      await s3.close();
    }
    await server.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  return {
    folder,
    server,
    python,
    bucket: () => (bucket ??= openBucket()),
    // Ctrl-C closes it while the work that it ends closes it, too.
    close: () => (closed ??= close()),
  };
}

async function openBucket(): Promise<{ server: S3Server; front: Front }> {
  const server = await startS3();
  await server.makeBucket(BUCKET);
  const front = await startFront(server.endpoint);
  // This process looks into the bucket, too, past the front and what it does to others.
  Object.assign(process.env, s3Variables(server.endpoint));
  return { server, front };
}

/** What runs that were killed have left. */
async function sweep(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    const folder = path.join(os.tmpdir(), name);
    if (pid === undefined || isAlive(Number(pid)) || (await stat(folder)).uid !== process.getuid?.()) continue;
    await stopLocalPostgres(path.join(folder, 'postgres-home')).catch(() => false);
    await rm(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
