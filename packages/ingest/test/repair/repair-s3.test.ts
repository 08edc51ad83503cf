/** Proves that a table in a bucket is checked and made right like any other, and that trouble of the bucket is no damage. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { repairTable, verifyTable } from '../../src/index.ts';
import { segmentsOf } from '../support/damage.ts';
import { soundTable } from '../support/table-for-repair.ts';
import { openFaultyBucket, type FaultyBucket } from '../support/faulty-bucket.ts';
import { closeWorlds } from '../support/world.ts';

const BUCKET = 'fares';

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

it('objects gone, cut off and overwritten are found and made anew; a bucket that fails is told as such', async () => {
  const { world, contract } = await soundTable('o', `s3://${BUCKET}/zones`);
  const verify = () => verifyTable(world, contract, 'history');
  expect(await verify()).toMatchObject({ equal: true });
  const [gone, cut, other] = await segmentsOf(world, 'edw_x');
  const place = ({ uri }: { uri: string }) => ({ Bucket: BUCKET, Key: new URL(uri).pathname.slice(1) });
  await server.client.send(new DeleteObjectCommand(place(gone!)));
  await server.client.send(new PutObjectCommand({ ...place(cut!), Body: Buffer.alloc(50) }));
  await server.client.send(new PutObjectCommand({ ...place(other!), Body: Buffer.alloc(other!.size) }));
  const verified = await verify();
  expect(verified.segments.flatMap(({ faults }) => faults)).toEqual([
    'its file is gone',
    `its file has 50 bytes, the manifest says ${cut!.size}`,
    'its bytes are not those that were written',
  ]);
  const order = { by: 'somebody@somewhere', why: 'a test spoiled the bucket' };
  expect(await repairTable(world, { contract, keys: undefined }, order)).toMatchObject({
    changes: { added: gone!.rows + cut!.rows + other!.rows },
  });
  expect(await verify()).toMatchObject({ equal: true });
  expect(existsSync(world.scratch) ? await readdir(world.scratch) : []).toEqual([]);
  front.fault = ({ url }) => (url.includes('/base/') ? 'busy' : undefined);
  const impatient = { ...world, patience: { retries: 0, ofStores: 0, first: 1, longest: 1 } };
  await expect(verifyTable(impatient, contract, 'history')).rejects.toMatchObject({ code: 'store-unreachable' });
}, 120_000);
