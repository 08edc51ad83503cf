/** Azurite's blob service as the place of the datasets: a process of its own, in memory, with an account made for it alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  BlobSASPermissions,
  BlobServiceClient,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';

export const ACCOUNT = 'standin';
const CONTAINER = 'datasets';

export interface BlobPlace {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  /** Writes a blob, over what was there under its name. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Path and query of a link that may read the blob for so long, as the service signs it. */
  sign(name: string, seconds: number): string;
  close(): Promise<void>;
}

/** It ends when its standard input does, so also when the process that started it is killed. */
const program = (main: string, args: readonly string[]): string => `
  process.stdin.on('end', () => process.exit()).resume();
  process.argv = [process.execPath, ${JSON.stringify(main)}, ...${JSON.stringify(args)}];
  require(${JSON.stringify(main)});`;

const ARGUMENTS = [
  ...['--blobHost', '127.0.0.1', '--blobPort', '0'],
  ...['--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry', '--silent'],
];

/** Milliseconds in which it starts even on a machine that is busy. */
const START_MS = 60_000;

export async function startAzurite(): Promise<BlobPlace> {
  const key = randomBytes(64).toString('base64');
  const child = start(key);
  const origin = await addressOf(child);
  const credential = new StorageSharedKeyCredential(ACCOUNT, key);
  const service = new BlobServiceClient(`${origin}/${ACCOUNT}`, credential);
  const container = service.getContainerClient(CONTAINER);
  try {
    await container.create();
  } catch (error) {
    await end(child);
    throw error;
  }
  return {
    origin,
    async put(name, bytes) {
      const blobHTTPHeaders = { blobContentType: 'application/gzip' };
      await container.getBlockBlobClient(name).upload(bytes, bytes.byteLength, { blobHTTPHeaders });
    },
    sign(name, seconds) {
      const values = {
        containerName: CONTAINER,
        blobName: name,
        permissions: BlobSASPermissions.parse('r'),
        expiresOn: new Date(Date.now() + seconds * 1000),
        protocol: SASProtocol.HttpsAndHttp,
      };
      const query = generateBlobSASQueryParameters(values, credential).toString();
      return `${new URL(container.getBlobClient(name).url).pathname}?${query}`;
    },
    close: () => end(child),
  };
}

function start(key: string): ChildProcess {
  const folder = path.dirname(createRequire(import.meta.filename).resolve('azurite/package.json'));
  const main = path.join(folder, 'dist/src/blob/main.js');
  return spawn(process.execPath, ['--no-warnings', '-e', program(main, ARGUMENTS)], {
    env: { ...process.env, NODE_OPTIONS: '', AZURITE_ACCOUNTS: `${ACCOUNT}:${key}` },
    stdio: ['pipe', 'pipe', 'inherit'],
    // Out of reach of the terminal's Ctrl-C: who started it stops first, and then ends it.
    detached: true,
  });
}

function addressOf(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (why: string) => {
    child.kill('SIGKILL');
    reject(new Error(`Azurite ${why}; it said: ${said.trim()}`));
  };
  let said = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
    const [, address] = /successfully listens on (http:\S+)/.exec(said) ?? [];
    if (address !== undefined) resolve(address);
  });
  child.once('error', reject);
  child.once('exit', () => {
    fail('ended before it listened');
  });
  const limit = setTimeout(fail, START_MS, 'did not listen in time');
  return promise.finally(() => {
    clearTimeout(limit);
  });
}

async function end(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
