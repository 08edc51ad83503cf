/** Proves that a damaged table becomes what its history says, by a version that changes only what was wrong, and who and why is kept. */
import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { readManifest } from '@farelake/db';
import { localPath } from '@farelake/lake';
import { runs } from '../../../../jest.property.ts';
import { isSound, parseKey, previewRepair, repairTable, verifyTable, type AskedKey } from '../../src/index.ts';
import { doctorFacts, doctorSegment, dropSegment, segmentsOf } from '../support/damage.ts';
import { expectPublished, publish } from '../support/published.ts';
import { change, row, soundTable } from '../support/table-for-repair.ts';
import { closeWorlds, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const ORDER = { by: 'somebody@somewhere', why: 'a test damaged it' };
const contractOf = (world: World) => world.contracts.get('edw_x')!;
const repair = (world: World, keys?: readonly AskedKey[]) =>
  repairTable(world, { contract: contractOf(world), keys }, ORDER);
const preview = (world: World, keys?: readonly AskedKey[]) =>
  previewRepair(world, { contract: contractOf(world), keys });
const verify = (world: World) => verifyTable(world, contractOf(world), 'history');
const everything = (world: World) =>
  world.rows(`SELECT id, '=' || part AS part, name, price, ratio + 0.0 AS ratio, seen, hex(raw) AS raw,
    header__change_seq, header__timestamp FROM edw_x ORDER BY ALL`);
const repairs = async (world: World) =>
  (await world.pool.query<Record<string, unknown>>('SELECT * FROM ledger.repairs ORDER BY id')).rows;

it('a sound table stays as it is: no version, no record', async () => {
  const { world } = await soundTable();
  const done = await repair(world);
  expect(isSound(done)).toBe(true);
  expect(done).toMatchObject({ versionBefore: 1, versionAfter: null, segments: 0 });
  expect((await readManifest(world.pool, 'edw_x')).version).toBe(1);
  expect(await repairs(world)).toEqual([]);
});

it('is shown first and then done: only the wrong segment is written, who and why is in the ledger', async () => {
  const { world, contract } = await soundTable();
  const right = await everything(world);
  await doctorSegment(
    world,
    contract,
    2,
    `SELECT * REPLACE (name || '!' AS name) FROM rows WHERE id <> (SELECT min(id) FROM rows)`,
  );
  const before = await readManifest(world.pool, 'edw_x');
  const wrong = await everything(world);
  const seen = await preview(world);
  expect(seen).toMatchObject({ versionBefore: 2, versionAfter: null, segments: 1, changes: { added: 1, removed: 0 } });
  expect(await everything(world)).toEqual(wrong);
  const done = await repair(world);
  expect(done).toEqual({ ...seen, versionAfter: 3, published: 'nothing' });
  expect(await everything(world)).toEqual(right);
  const after = await readManifest(world.pool, 'edw_x');
  expect(before.files.filter((file) => !after.files.some(({ id }) => id === file.id))).toHaveLength(1);
  expect(after).toMatchObject({ version: 3, rows: 30, fold: before.fold });
  expect(await repairs(world)).toMatchObject([
    {
      dataset: 'edw_x',
      repaired_by: ORDER.by,
      why: ORDER.why,
      keys: null,
      rows_added: 1,
      rows_removed: 0,
      rows_changed: seen.changes.changed,
      segments: 1,
      version_before: 2,
      version_after: 3,
    },
  ]);
  expect(await verify(world)).toMatchObject({ equal: true, version: 3 });
  expect(isSound(await repair(world))).toBe(true);
});

it('counters alone are set right over the same files', async () => {
  const { world, contract } = await soundTable();
  await doctorFacts(world, contract, { orphans: 7, watermark: '' });
  const files = (await readManifest(world.pool, 'edw_x')).files;
  const done = await repair(world);
  expect(done).toMatchObject({
    versionAfter: 3,
    segments: 0,
    facts: { table: { orphans: 7 }, recomputed: { orphans: 1 } },
  });
  expect((await readManifest(world.pool, 'edw_x')).files).toEqual(files);
  expect(await verify(world)).toMatchObject({ equal: true });
});

it('only the keys that were asked for', async () => {
  const { world, contract } = await soundTable();
  await doctorSegment(world, contract, 0, `SELECT * REPLACE ('bad' AS name) FROM rows`);
  await doctorSegment(world, contract, 5, `SELECT * REPLACE ('bad' AS name) FROM rows`);
  const names = async () =>
    (await world.rows(`SELECT id FROM edw_x WHERE name = 'bad' ORDER BY id`)).map(({ id }) => Number(id));
  const bad = await names();
  expect(bad).toContain(1);
  const done = await repair(world, [
    parseKey(contract, '1,p'),
    parseKey(contract, '{"part": "p", "id": 2}'),
    ['999', null],
  ]);
  expect(done).toMatchObject({ changes: { changed: 2, added: 0, removed: 0 }, segments: 1, facts: null });
  expect(await names()).toEqual(bad.filter((id) => id !== 1 && id !== 2));
  expect(await repairs(world)).toMatchObject([{ keys: 3, rows_changed: 2 }]);
  expect(isSound(await repair(world, [['1', 'p']]))).toBe(true);
});

it('keys with NULL and with a byte order mark, rows that moved and were deleted', async () => {
  const { world, contract } = await soundTable();
  const right = await everything(world);
  await doctorSegment(world, contract, 1, `SELECT * REPLACE ('bad' AS name) FROM rows`);
  const [low] = await segmentsOf(world, 'edw_x');
  await doctorSegment(
    world,
    contract,
    0,
    `SELECT * FROM rows UNION ALL SELECT * REPLACE (4 AS id) FROM rows WHERE id = 3 ORDER BY id`,
  );
  expect(low).toBeDefined();
  const keys = [
    '[4, "p"]',
    '[5, "p"]',
    '[6, "p"]',
    '[7, null]',
    '["8", "\\ufeffb"]',
    '[9, "p"]',
    '[10, "p"]',
    '[105, "p"]',
  ];
  const done = await repair(
    world,
    keys.map((key) => parseKey(contract, key)),
  );
  expect(done.changes).toMatchObject({ removed: 1, added: 0 });
  const rest = (await verify(world)).changes;
  expect(rest.shown.every(({ key }) => !keys.some((text) => text.startsWith(`[${key['id'] ?? ''},`)))).toBe(true);
  await repair(world);
  expect(await everything(world)).toEqual(right);
});

it('refuses keys that are none, and some keys of a segment that is damaged as a whole', async () => {
  const { world, contract } = await soundTable();
  for (const text of ['1', '1,p,x', '[1]', '{"id": 1}', '{"id": 1, "part": "p", "name": 2}', '[1, ["p"]]', '[1, '])
    expect(() => parseKey(contract, text)).toThrow(expect.objectContaining({ code: 'bad-key' }) as Error);
  for (const id of ['one', '1.5', '99999999999999999999'])
    await expect(repair(world, [[id, 'p']])).rejects.toMatchObject({ code: 'bad-key' });
  const [first] = await segmentsOf(world, 'edw_x');
  await rm(localPath(first!.uri));
  await expect(repair(world, [['1', 'p']])).rejects.toMatchObject({ code: 'segment-damaged' });
  expect(await repair(world)).toMatchObject({ segments: 1, changes: { added: first!.rows } });
  expect(await verify(world)).toMatchObject({ equal: true });
});

it('changes go on after it as if nothing had been, and a published table follows', async () => {
  const { world, contract, delivery } = await soundTable('o');
  publish(world, contract);
  await world.ingest();
  await dropSegment(world, contract, 1);
  await doctorFacts(world, contract, { watermark: '0'.repeat(35) });
  expect(await repair(world)).toMatchObject({ published: 'changes' });
  await expectPublished(world, contract);
  await delivery.changes('20260101-030000000', [change(9, 'U', row(9, 'nine'))], { end: '2026-01-01T04:00:00' });
  await world.ingest();
  await expectPublished(world, contract);
  expect(await verify(world)).toMatchObject({ equal: true });
});

it('what was committed meanwhile, by a worker that lost the table and woke, is not overwritten', async () => {
  const { world, contract } = await soundTable();
  const right = await everything(world);
  await doctorSegment(world, contract, 0, `SELECT * FROM rows WHERE id <> 1`);
  const files = async () => (await readManifest(world.pool, 'edw_x')).files;
  const before = await files();
  const adopt: World['stage']['adopt'] = async (...args) => {
    await doctorFacts(world, contract, { orphans: 3 }, 'without the lease');
    return world.stage.adopt(...args);
  };
  const stalled = { ...world, stage: { ...world.stage, adopt } };
  await expect(repairTable(stalled, { contract, keys: undefined }, ORDER)).rejects.toMatchObject({
    code: 'version-conflict',
  });
  expect(await files()).toEqual(before);
  expect(await repairs(world)).toEqual([]);
  await repair(world);
  expect(await everything(world)).toEqual(right);
  expect(await verify(world)).toMatchObject({ equal: true });
});

it('any damage is repaired', async () => {
  const damages = fc.array(
    fc.record({
      place: fc.nat(5),
      sql: fc.constantFrom(
        'SELECT * FROM rows WHERE id % 2 = 0',
        'SELECT * FROM rows WHERE false',
        'SELECT * FROM rows UNION ALL SELECT * FROM rows',
        'SELECT * FROM rows ORDER BY id DESC',
        'SELECT * REPLACE (id + 3 AS id) FROM rows',
        "SELECT * REPLACE ('' AS part) FROM rows",
        "SELECT * REPLACE (NULL AS name, price + 0.0001 AS price, unhex('00') AS raw) FROM rows",
        "SELECT * REPLACE ('9' AS header__change_seq) FROM rows",
        'SELECT * REPLACE (1000 - id AS id) FROM rows ORDER BY id',
      ),
      drop: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  );
  const { world, contract } = await soundTable();
  const right = await everything(world);
  await fc.assert(
    fc.asyncProperty(damages, async (all) => {
      for (const { place, sql, drop } of all) {
        const count = (await segmentsOf(world, 'edw_x')).length;
        if (count === 0) break;
        if (drop) await dropSegment(world, contract, place % count);
        else await doctorSegment(world, contract, place % count, sql);
      }
      await repair(world);
      expect(await everything(world)).toEqual(right);
      expect(await verify(world)).toMatchObject({ equal: true });
    }),
    { ...runs(8), endOnFailure: true },
  );
}, 300_000);
