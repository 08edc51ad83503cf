/** Proves that only archived content leaves Incoming, that nothing which came since is touched, and that what nobody saw is found. */
import { appendFile, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { folderStore, openStore, type ObjectStore } from '@farelake/lake';
import { s3Variables, startS3, type S3Server } from '../../../lake/test/support/s3-server.ts';
import { startVersions, type VersionedFront } from '../../../lake/test/support/s3-versions.ts';
import { audit, clearIncoming, ingest } from '../../src/index.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

let server: S3Server;
let front: VersionedFront;
let buckets = 0;
beforeAll(async () => {
  server = await startS3();
  front = await startVersions(server.endpoint);
  Object.assign(process.env, s3Variables(front.endpoint));
});
afterEach(() => {
  front.beforeRemove = () => Promise.resolve();
});
afterAll(async () => {
  await closeWorlds();
  await front.close();
  await server.close();
}, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const AFTER = { end: '2026-03-01T00:00:00' };
const change = (n: number, id: string) => ({ seq: seq(n), oper: 'I', row: [id, 'x'] });

interface Zone {
  readonly world: World;
  readonly delivery: Delivery;
  readonly incoming: ObjectStore;
  /** Brings what was delivered into the bucket, or some of it. */
  readonly upload: (wanted?: RegExp) => Promise<void>;
}

async function zone(settings: { archiveInFolder?: boolean } = {}): Promise<Zone> {
  buckets += 1;
  const bucket = `fares-${buckets}`;
  await server.makeBucket(bucket);
  const world = await openWorld();
  const archive = settings.archiveInFolder === true ? world.archive : openStore(`s3://${bucket}/archive`);
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  const incoming = openStore(`s3://${bucket}/incoming`);
  const upload = async (wanted = /./) => {
    const names = await readdir(world.delivered, { recursive: true });
    for (const name of names.filter((one) => /\.(csv\.gz|dfm)$/.test(one) && wanted.test(one)).sort())
      await incoming.put(Readable.from([await readFile(path.join(world.delivered, name))]), name);
  };
  return { world: Object.assign(world, { archive }), delivery, incoming, upload };
}

/** A snapshot and a change file, in the table and archived. */
async function loaded(settings: { archiveInFolder?: boolean } = {}): Promise<Zone> {
  const made = await zone(settings);
  const { world, delivery, incoming, upload } = made;
  await delivery.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  await delivery.changes('20260102-000000000', [change(1, '2')], AFTER);
  await world.addTable('EDW.X');
  await upload();
  await ingest(world, incoming);
  return made;
}

const versionsIn = async (store: ObjectStore): Promise<string[]> => {
  const names: string[] = [];
  for await (const { path: inside, isLatest } of store.versions?.list() ?? [])
    names.push(isLatest ? inside : `${inside} (covered)`);
  return names;
};

const clear = ({ world, incoming }: Zone, dryRun = false) => clearIncoming(world, incoming, { dryRun });
const look = ({ world, incoming }: Zone) => audit(world, incoming);

it('what is archived leaves Incoming, what is not stays; tables, audit and a second run are as before', async () => {
  const made = await loaded();
  await made.delivery.changes('20260103-000000000', [change(2, '3')], { ...AFTER, withoutDfm: true });
  await made.upload(/20260103/);
  const before = await versionsIn(made.incoming);
  expect(before).toHaveLength(5);
  const dry = await clear(made, true);
  expect(await versionsIn(made.incoming)).toEqual(before);
  const done = await clear(made);
  expect(done).toEqual(dry);
  expect(done).toMatchObject({ removed: { files: 4 }, waiting: { files: 1 }, refused: [] });
  expect(await versionsIn(made.incoming)).toEqual(['EDW.X__ct/20260103-000000000.csv.gz']);
  expect((await look(made)).findings.map(({ kind }) => kind)).toEqual(['unregistered']);
  expect(await clear(made)).toMatchObject({ removed: { files: 0 }, waiting: { files: 1 } });
  expect(await made.world.rows('SELECT count(*) AS n FROM edw_x')).toEqual([{ n: '2' }]);
});

it('new content under an archived name stays, also when it comes at the very moment of the removal', async () => {
  const made = await loaded();
  const { incoming, delivery, upload } = made;
  const name = 'EDW.X__ct/20260102-000000000.csv.gz';
  await delivery.changes('20260102-000000000', [change(1, '2'), change(2, '3')], AFTER);
  await upload(/20260102/);
  const newer = await text(await incoming.read(name));
  let raced = false;
  front.beforeRemove = async (key) => {
    if (raced || !key.endsWith('LOAD1.csv.gz')) return;
    raced = true;
    await incoming.put(Readable.from(['a snapshot of this moment']), 'EDW.X/LOAD1.csv.gz');
  };
  expect(await clear(made)).toMatchObject({ removed: { files: 4 }, waiting: { files: 2 }, refused: [] });
  expect(raced).toBe(true);
  expect(await text(await incoming.read(name))).toBe(newer);
  expect(await text(await incoming.read('EDW.X/LOAD1.csv.gz'))).toBe('a snapshot of this moment');
});

it.each([
  ['gone', (file: string) => rm(file), /is not there/],
  ['of another size', (file: string) => appendFile(file, 'x'), /bytes, not/],
  [
    'of other content',
    async (file: string) => {
      const { length } = await readFile(file);
      await rm(file);
      await appendFile(file, 'x'.repeat(length));
    },
    /another content/,
  ],
])('an object whose copy in a folder is %s stays and is told; the others go', async (_, spoil, reason) => {
  const made = await loaded({ archiveInFolder: true });
  const names = await readdir(path.join(made.world.folder, 'archive'), { recursive: true });
  await spoil(path.join(made.world.folder, 'archive', names.find((name) => name.includes('LOAD1.csv.gz.')) ?? ''));
  const { removed, refused } = await clear(made);
  expect(removed.files).toBe(3);
  expect(refused.map(({ object, reason: why }) => [object, why])).toEqual([
    [made.incoming.uriOf('EDW.X/LOAD1.csv.gz'), expect.stringMatching(reason)],
  ]);
  expect(await versionsIn(made.incoming)).toEqual(['EDW.X/LOAD1.csv.gz']);
});

it('a copy in a bucket that is not the one that was proven keeps its object in Incoming', async () => {
  const made = await loaded();
  for await (const { path: inside, size } of made.world.archive.list())
    if (inside.includes('LOAD1.csv.gz.')) await made.world.archive.put(Readable.from(['y'.repeat(size)]), inside);
  expect(await clear(made)).toMatchObject({
    removed: { files: 3 },
    refused: [{ object: made.incoming.uriOf('EDW.X/LOAD1.csv.gz') }],
  });
});

it('old content that comes again just before it is removed is seen first: it is the valid one', async () => {
  const made = await loaded();
  const name = 'EDW.X__ct/20260102-000000000.csv.gz';
  const seenOf = async () => {
    const { rows } = await made.world.pool.query<{ seen: number }>(
      `SELECT seen FROM ledger.objects WHERE object_key = 'cubic/ods_qlik/' || $1`,
      [name],
    );
    return rows[0]?.seen ?? 0;
  };
  const before = await seenOf();
  await made.upload(/20260102/);
  await clear(made);
  expect(await seenOf()).toBeGreaterThan(before);
});

it('an object that was overwritten, or deleted, before anybody saw it is found by the audit', async () => {
  const made = await loaded();
  const { incoming, delivery, upload } = made;
  await delivery.changes('20260104-000000000', [change(3, '4')], AFTER);
  await upload(/20260104/);
  await delivery.changes('20260104-000000000', [change(4, '5'), change(5, '6')], AFTER);
  await upload(/20260104/);
  await ingest(made.world, incoming);
  await delivery.changes('20260105-000000000', [change(6, '7')], AFTER);
  await upload(/20260105.*gz/);
  await incoming.remove('EDW.X__ct/20260105-000000000.csv.gz');
  const found = (await look(made)).findings.map(({ kind, object }) => [kind, object.replace(/\?versionId=.+$/, '?')]);
  expect(found.sort()).toEqual(
    [
      ['overwritten', `${incoming.uriOf('EDW.X__ct/20260104-000000000.csv.gz')}?`],
      ['overwritten', `${incoming.uriOf('EDW.X__ct/20260104-000000000.dfm')}?`],
      ['overwritten', `${incoming.uriOf('EDW.X__ct/20260105-000000000.csv.gz')}?`],
    ].sort(),
  );
});

it('nothing is removed from a folder, nor from a bucket without versioning', async () => {
  const { world } = await loaded();
  await expect(clearIncoming(world, folderStore(world.delivered), { dryRun: false })).rejects.toMatchObject({
    code: 'incoming-without-versions',
  });
  front.plain.add('plain-incoming');
  await server.makeBucket('plain-incoming');
  await expect(clearIncoming(world, openStore('s3://plain-incoming'), { dryRun: false })).rejects.toMatchObject({
    code: 'incoming-without-versions',
  });
  expect(
    (await readdir(world.delivered, { recursive: true })).filter((name) => name.includes('.')).length,
  ).toBeGreaterThan(4);
});
