/** A home of its own: database, zones, and the command in it. */
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { openStandIn, type StandIn } from '@farelake/dmap/testing';
import { s3Variables } from '../../../packages/lake/test/support/s3-server.ts';
import { BUCKET, type Bench } from './bench.ts';
import { startCommand, type Child } from './child.ts';
import type { Prepared, PreparedAct } from './prepare.ts';

export interface Home {
  readonly folder: string;
  /** Connection string as of now. */
  readonly databaseUrl: string;
  readonly prepared: Prepared;
  /** Of scenarios with DMAP sets; it goes on while commands die. */
  readonly vendor: StandIn | undefined;
  /** Folder or `s3://…` of a zone. */
  readonly zone: (name: 'incoming' | 'archive' | 'error' | 'stage') => string;
  /** Lays the act's files over Incoming, and does what is to be done before it. */
  deliver(act: PreparedAct): Promise<void>;
  start(command: readonly string[], variables?: NodeJS.ProcessEnv): Child;
  close(): Promise<void>;
}

let opened = 0;

/** A small one: its stories have few rows, and others are told beside them. */
const SPARK: NodeJS.ProcessEnv = {
  FARELAKE_SPARK_MASTER: 'local[1]',
  FARELAKE_SPARK_MEMORY: '1g',
  FARELAKE_SPARK_PARTITIONS: '2',
};

export async function openHome(bench: Bench, prepared: Prepared): Promise<Home> {
  const name = `home-${String((opened += 1))}`;
  const folder = path.join(bench.folder, 'homes', name);
  await mkdir(path.join(folder, 'incoming'), { recursive: true });
  const database = await bench.server.newDatabase();
  const bucket = prepared.scenario.zones === 'bucket' ? await bench.bucket() : undefined;
  const vendor = prepared.scenario.sets === undefined ? undefined : await openStandIn();
  const zone: Home['zone'] = (of) => (bucket === undefined ? path.join(folder, of) : `s3://${BUCKET}/${name}/${of}`);
  const env: NodeJS.ProcessEnv = {
    FARELAKE_HOME: folder,
    FARELAKE_REGISTRY: prepared.registry,
    ...vendor?.variables,
    // A key of each home's own would give each other hashes.
    FARELAKE_HMAC_KEY: '0123456789abcdef'.repeat(4),
    NODE_COMPILE_CACHE: path.join(bench.folder, 'compiled'),
    ...(prepared.scenario.spark === undefined ? {} : { ...SPARK, FARELAKE_PYTHON: bench.python }),
    ...(bucket === undefined
      ? {}
      : { ...zonesOf(zone), ...s3Variables(bucket.front.endpoint), FARELAKE_S3_TIMEOUT: '1' }),
  };
  const home: Home = {
    folder,
    get databaseUrl() {
      return bench.server.url(database);
    },
    prepared,
    vendor,
    zone,
    deliver: async ({ files, before }) => {
      if (files !== undefined && bucket !== undefined) await upload(bucket.server.client, files, `${name}/incoming`);
      else if (files !== undefined) await cp(files, zone('incoming'), { recursive: true });
      await before?.(home);
    },
    start: (command, variables = {}) =>
      startCommand(
        { ...env, DATABASE_URL: bench.server.url(database), ...variables },
        command.map((argument) => argument.replace(/^~(?=\/)/, folder)),
      ),
    close: async () => {
      await vendor?.close();
      await bench.server.drop(database);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
  return home;
}

const zonesOf = (zone: Home['zone']): NodeJS.ProcessEnv => ({
  FARELAKE_INCOMING: zone('incoming'),
  FARELAKE_ARCHIVE: zone('archive'),
  FARELAKE_ERROR: zone('error'),
  FARELAKE_STAGE: zone('stage'),
});

async function upload(
  client: Awaited<ReturnType<Bench['bucket']>>['server']['client'],
  folder: string,
  prefix: string,
): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const inside = path.relative(folder, file).split(path.sep).join('/');
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${prefix}/${inside}`, Body: await readFile(file) }));
  }
}
