/** Proves that a bucket's content is read and compared like a folder's, and that trouble of the bucket is no damage. */
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { folderStore, s3Store } from '@farelake/lake';
import { audit } from '../../src/index.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { openFaultyBucket, type FaultyBucket } from '../support/faulty-bucket.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

const BUCKET = 'fares';
const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];

let bucket: FaultyBucket;
let server: FaultyBucket['server'];
let front: FaultyBucket['front'];
beforeAll(async () => {
  bucket = await openFaultyBucket(BUCKET);
  ({ server, front } = bucket);
}, 30_000);
afterAll(async () => {
  await closeWorlds();
  await bucket.close();
}, 60_000);

const incoming = s3Store(`s3://${BUCKET}/incoming`);
const look = async (world: World) => {
  const { findings, notes } = await audit(world, incoming, { content: true });
  return { findings: findings.map(({ kind, table }) => [kind, table]).sort(), notes };
};

async function keyLike(wanted: RegExp): Promise<string> {
  const { Contents = [] } = await server.client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  return Contents.map(({ Key }) => Key!).find((key) => wanted.test(key))!;
}

async function flip(wanted: RegExp): Promise<void> {
  const place = { Bucket: BUCKET, Key: await keyLike(wanted) };
  const { Body } = await server.client.send(new GetObjectCommand(place));
  const bytes = Buffer.from(await Body!.transformToByteArray());
  bytes[bytes.length >> 1]! ^= 1;
  await server.client.send(new PutObjectCommand({ ...place, Body: bytes }));
}

it('objects overwritten in their size are found, with a checksum or by their tag; a bucket that fails is told as such', async () => {
  const world = await openWorld(`s3://${BUCKET}/zones`);
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'I', row: ['2', 'b'] }], {
    end: '2026-03-01T00:00:00',
  });
  for await (const { path } of folderStore(world.delivered).list())
    await incoming.put(await folderStore(world.delivered).read(path), path);
  await world.addTable('EDW.X');
  await world.ingest(incoming.uri);
  expect(await look(world)).toEqual({ findings: [], notes: [] });

  await flip(/archive\/.*LOAD1\.csv\.gz\./);
  expect((await look(world)).findings).toEqual([['copy-damaged', 'edw_x']]);
  // As objects were archived before checksums were noted: the store's own tag tells.
  await world.pool.query('UPDATE ledger.objects SET archived_sha256 = NULL');
  expect(await look(world)).toEqual({ findings: [['copy-damaged', 'edw_x']], notes: [] });
  // And without it: small objects have the MD5 of their content as the tag, of others nobody knows.
  await world.pool.query('UPDATE ledger.objects SET archived_tag = NULL');
  expect(await look(world)).toMatchObject({ findings: [], notes: [{ kind: 'unproven', count: 1 }] });

  await flip(/stage\/edw_x\/base/);
  await flip(/stage\/edw_x_history\/changes/);
  expect((await look(world)).findings).toEqual([
    ['current-damaged', 'edw_x'],
    ['history-damaged', 'edw_x_history'],
  ]);
  front.fault = ({ method, url }) => (method === 'GET' && url.includes('/archive/') ? 'busy' : undefined);
  expect((await look(world)).findings).toContainEqual(['out-of-reach', null]);
}, 120_000);
