/** Proves that a table whose files lie in a bucket is published like any other, and leaves nothing of them behind. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { s3Variables, startS3, type S3Server } from '../../lake/test/support/s3-server.ts';
import { Delivery, seq, type Cell, type Column } from './support/delivery.ts';
import { expectPublished, publish } from './support/published.ts';
import { closeWorlds, openWorld } from './support/world.ts';

const BUCKET = 'fares';

let server: S3Server;
beforeAll(async () => {
  server = await startS3();
  Object.assign(process.env, s3Variables(server.endpoint));
  await server.makeBucket(BUCKET);
}, 30_000);
afterAll(async () => {
  await closeWorlds();
  await server.close();
}, 60_000);

const COLUMNS: readonly Column[] = [
  { name: 'ID', type: 'INT8', key: 1 },
  { name: 'A', type: 'STRING' },
];
const ROWS: readonly (readonly Cell[])[] = [1, 2, 3, 4, 5].map((n) => [`${n}`, `a${n}`]);

it('is copied, follows changes, and is copied anew when a file of the published version is gone', async () => {
  const world = await openWorld(`s3://${BUCKET}/zones`);
  const delivery = new Delivery(world.delivered, 'EDW.T', COLUMNS);
  await delivery.snapshot('LOAD1', ROWS, { start: '2026-01-01T00:00:00' });
  const contract = publish(world, await world.addTable('EDW.T', { segmentRows: 2 }));
  await world.ingest();
  await expectPublished(world, contract);
  await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'U', row: ['2', 'changed'] }]);
  await world.ingest();
  await expectPublished(world, contract);

  world.contracts.set(contract.dataset, { ...contract, publish: { postgres: false } });
  await delivery.changes('20260103-000000000', [{ seq: seq(2), oper: 'D', row: ['1', null] }]);
  await world.ingest();
  const { rows } = await world.pool.query<{ uri: string }>(
    `SELECT uri FROM ledger.files WHERE table_name = 'edw_t' AND version_removed IS NOT NULL`,
  );
  expect(rows).not.toEqual([]);
  for (const { uri } of rows)
    await server.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: new URL(uri).pathname.slice(1) }));
  publish(world, contract);
  await world.ingest();
  await expectPublished(world, contract);
  expect(existsSync(world.scratch) ? await readdir(world.scratch) : []).toEqual([]);
}, 60_000);
