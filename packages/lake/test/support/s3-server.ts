/** A server that speaks S3, in a process of its own and in memory, and the environment that leads to it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

export interface S3Server {
  readonly endpoint: string;
  readonly client: S3Client;
  makeBucket(name: string): Promise<void>;
  close(): Promise<void>;
}

/** It ends when its standard input does, so also when this process is killed. */
const PROGRAM = `
  import { startFauxqs } from 'fauxqs';
  const { port } = await startFauxqs({ port: 0, logger: false });
  process.stdin.on('end', () => process.exit()).resume();
  console.log(port);`;

/** Any will do for the server; without, a request is not signed and never sent. */
export const CREDENTIALS = { accessKeyId: 'AKIAEXAMPLEKEY', secretAccessKey: 'secret-of-the-tests-0123456789' };

export async function startS3(): Promise<S3Server> {
  const cwd = path.resolve(import.meta.dirname, '../..');
  const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', PROGRAM], {
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the S3 server did not start'))),
  ])) as [Buffer];
  const endpoint = `http://127.0.0.1:${line.toString().trim()}`;
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const client = new S3Client({
    endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: CREDENTIALS,
    logger,
  });
  return {
    endpoint,
    client,
    makeBucket: async (name) => {
      await client.send(new CreateBucketCommand({ Bucket: name }));
    },
    close: async () => {
      client.destroy();
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** The variables that lead a command, or this process, to the server. */
export const s3Variables = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_REGION: 'us-east-1',
});
