/** Proves that datasets in buckets come to the same tables, by listing and by events, whatever their ids look like. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { s3Store } from '@farelake/lake';
import { audit, registerObject, workTables } from '../../src/index.ts';
import { openFaultyBucket, type FaultyBucket } from '../support/faulty-bucket.ts';
import { setContract, useSet, type TestDataset } from '../support/datasets.ts';
import { closeWorlds, openWorld } from '../support/world.ts';

const BUCKET = 'fares';
const INCOMING = s3Store(`s3://${BUCKET}/incoming`);
const TABLE = 'dmap_agg_trips';

let bucket: FaultyBucket;
beforeAll(async () => {
  bucket = await openFaultyBucket(BUCKET);
});
afterAll(async () => {
  await closeWorlds();
  await bucket.close();
}, 60_000);

test('listed and told of by events', async () => {
  const world = await openWorld(`s3://${BUCKET}`);
  const deliver = useSet(world, setContract('agg_trips', [{ name: 'n', type: 'bigint' }]));
  const put = async (dataset: TestDataset) => {
    const file = await deliver(dataset);
    const Body = await readFile(file);
    const inside = path.relative(world.delivered, file).split(path.sep).join('/');
    const { ETag } = await bucket.server.client.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: `incoming/${inside}`, Body }),
    );
    return { path: inside, size: Body.length, tag: (ETag ?? '').replaceAll('"', '') };
  };
  const shown = async () =>
    (await world.rows(`SELECT dataset_id || '=' || n AS t FROM ${TABLE} ORDER BY ALL`)).map(({ t }) => t);

  await put({ datasetId: 'a/b %2F ü', text: 'n\n1\n' });
  await put({ datasetId: 'plain', text: 'n\n2\n' });
  expect((await world.ingest(INCOMING.uri)).registered).toMatchObject({ found: 2, fresh: 2, foreign: [] });
  expect(await shown()).toEqual(['a/b %2F ü=1', 'plain=2']);

  const newer = await put({ datasetId: 'a/b %2F ü', lastUpdated: '2026-01-05T00:00:00.000000000', text: 'n\n3\n' });
  expect(await registerObject(world, INCOMING, newer)).toBe('fresh');
  await workTables(world, undefined);
  expect(await shown()).toEqual(['a/b %2F ü=3', 'plain=2']);
  expect((await audit(world, INCOMING, { content: true })).findings).toEqual([]);

  // Not registered, it is missed by name; an ingest takes it in.
  await put({ datasetId: 'late', text: 'n\n4\n' });
  expect((await audit(world, INCOMING)).findings).toMatchObject([{ kind: 'unregistered', table: TABLE }]);
  await world.ingest(INCOMING.uri);
  expect(await shown()).toEqual(['a/b %2F ü=3', 'late=4', 'plain=2']);
  expect((await audit(world, INCOMING)).findings).toEqual([]);
});
