/** Proves the commands by which people decide about snapshots: exit codes, and what they print. */
import path from 'node:path';
import { Delivery } from '../../ingest/test/support/delivery.ts';
import { closeHomes, openHome } from './support/command.ts';

afterAll(closeHomes, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const [G1, G2] = ['20260101T000000000000', '20260201T000000000000'];

it('a snapshot that shrank is held, released, and taken back again', async () => {
  const home = await openHome();
  const folder = path.join(home.folder, 'delivered');
  const delivery = new Delivery(folder, 'EDW.X', COLUMNS);
  const rows = (count: number, text: string) => Array.from({ length: count }, (_, n) => [String(n + 1), text]);
  await delivery.snapshot('LOAD00000001', rows(4, 'a'), { start: '2026-01-01T00:00:00' });
  expect(await home.run('table', 'add', 'EDW.X', '--from', folder, '--yes')).toMatchObject({ code: 0 });
  expect(await home.run('ingest', folder)).toMatchObject({ code: 0 });
  expect(await home.run('table', 'rollback', 'EDW.X')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/has no former snapshot to go back to/) as string,
  });

  await delivery.snapshot('LOAD00000001', rows(1, 'b'), { start: '2026-02-01T00:00:00' });
  expect(await home.run('ingest', folder, '--quiet-time', 'soon')).toMatchObject({ code: 2 });
  expect(await home.run('ingest', folder, '--quiet-time', 'PT1H')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/may still be written/) as string,
  });
  const held = await home.run('ingest', folder);
  expect(held.code).toBe(1);
  expect(held.out).toMatch(new RegExp(`^held: edw_x: snapshot ${G2} is held: .*farelake table release EDW\\.X$`, 'm'));

  expect(await home.run('table', 'release', 'EDW.X', '--generation', 'nope')).toMatchObject({ code: 1 });
  expect(await home.run('table', 'reject', 'EDW.X', '--why', 'cut off')).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      new RegExp(`Snapshot ${G2} of edw_x is rejected; farelake table release EDW.X --gen`),
    ) as string,
  });
  expect(await home.run('table', 'reject', 'EDW.X')).toMatchObject({ code: 1 });
  expect(await home.run('ingest', folder)).toMatchObject({ code: 0 });
  expect(await home.run('table', 'release', 'EDW.X')).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`snapshot ${G2}, which was rejected`)) as string,
  });
  expect(await home.run('table', 'release', 'EDW.X')).toMatchObject({ code: 1 });
  expect(await home.run('ingest', folder)).toMatchObject({ code: 0 });
  const sum = ['query', 'SELECT count(*) AS n, min(s) AS s FROM edw_x', '--format', 'json'];
  expect(JSON.parse((await home.run(...sum)).out)).toEqual([{ n: 1, s: 'b' }]);

  const back = await home.run('table', 'rollback', 'edw_x', '--why', 'too few', '--json');
  expect({ ...back, out: JSON.parse(back.out) as unknown }).toMatchObject({
    code: 0,
    out: { table: 'edw_x', to: G1, from: G2, rows: 4, missed: 0 },
  });
  expect(JSON.parse((await home.run(...sum)).out)).toEqual([{ n: 4, s: 'a' }]);
  expect(await home.run('ingest', folder)).toMatchObject({ code: 0 });
  expect((await home.run('table', 'show', 'EDW.X')).out).toMatch(
    new RegExp(`^ {2}generation ${G1}\n {13}${G2} rejected, 1 row: too few$`, 'm'),
  );
  const [status] = JSON.parse((await home.run('status', '--json')).out) as { generations: unknown }[];
  expect(status?.generations).toMatchObject([
    { name: G1, state: 'live', rows: 4 },
    { name: G2, state: 'rejected', rows: 1, keysLost: 3, reason: 'too few' },
  ]);
}, 180_000);
