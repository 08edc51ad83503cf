/** Proves that what is refused is set apart whole, with the reason, counted once, and that nothing else suffers from it. */
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Contract } from '@farelake/schema-registry';
import { sendBack, workTables } from '../src/index.ts';
import { Delivery, seq, type Change } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'NAME', type: 'STRING' },
  { name: 'PRICE', type: 'NUMERIC', precision: 9, scale: 2 },
];
const START = { start: '2026-01-01T00:00:00', end: '2026-01-01T00:01:00' };
const LATER = { end: '2026-01-01T02:00:00' };
const ROWS = [
  ['1', 'a', '1.5'],
  ['2', 'two\nlines', '2.5'],
  ['3', 'c', 'dear'],
  ['4', 'd', '4.5'],
];
const ANY = { rows: 100, share: 1 };

async function table(quarantine?: Contract['quarantine'], rows = ROWS): Promise<{ world: World; delivery: Delivery }> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', rows, START);
  const contract = await world.addTable('EDW.X');
  if (quarantine !== undefined) world.contracts.set('edw_x', { ...contract, quarantine });
  return { world, delivery };
}

const statusOf = async (world: World) => (await world.status())[0]!;

/** Files of the error zone below a folder: name → text. */
async function errorZone(world: World, below: string): Promise<Map<string, string>> {
  const folder = path.join(world.folder, 'error', below);
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const texts = files.map(async (file) => [path.relative(folder, file), await readFile(file, 'latin1')] as const);
  return new Map((await Promise.all(texts)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const linesOf = (texts: Map<string, string>) =>
  [...texts.values()].flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );

describe('rows that do not fit', () => {
  it('are set apart within the budget: receipt, error zone, ledger and lines agree', async () => {
    const { world } = await table({ snapshot: ANY });
    await world.ingest();
    expect(await statusOf(world)).toMatchObject({
      state: 'live',
      rows: 3,
      quarantined: 1,
      receipts: { announced: 4, read: 4, written: 3, quarantined: 1 },
      // A row of a snapshot that is missing is no change that was lost.
      keysInDoubt: { rows: 0, keys: [] },
    });
    const zone = await errorZone(world, 'rows');
    const { rows } = await world.pool.query<{ hash: string; attempt: string; uri: string }>(
      `SELECT o.content_hash AS hash, r.attempt_id AS attempt, r.rows_uri AS uri FROM ledger.receipts r
       JOIN ledger.loads l ON l.id = r.load_id JOIN ledger.objects o ON o.id = l.object_id`,
    );
    const [{ hash, attempt, uri }] = rows as [{ hash: string; attempt: string; uri: string }];
    expect([...zone.keys()]).toEqual([`cubic/ods_qlik/EDW.X/LOAD00000001.csv.gz/${hash}-${attempt}.jsonl`]);
    expect(uri.endsWith([...zone.keys()][0]!)).toBe(true);
    expect(linesOf(zone)).toEqual([
      {
        line: 5,
        record: 4,
        column: 'PRICE',
        reason: expect.stringMatching(/^"dear" is not /) as string,
        raw: '"3","c","dear"',
      },
    ]);
    const noted = await world.pool.query(`SELECT record, line, column_name, reason, key FROM ledger.refused_rows`);
    expect(noted.rows).toMatchObject([{ record: 4, line: 5, column_name: 'PRICE', key: null }]);
    expect(await world.rows('SELECT id, _line AS line FROM edw_x_history ORDER BY 1')).toEqual([
      { id: '1', line: '2' },
      { id: '2', line: '3' },
      { id: '4', line: '5' },
    ]);
  });

  it('fail the file whole where the contract has no budget, and beyond it, with both numbers', async () => {
    const none = await table();
    await none.world.ingest();
    expect((await statusOf(none.world)).reason).toMatch(/Line 5, column PRICE: "dear" is not/);
    const { world } = await table({ snapshot: { rows: 100, share: 0.2 } });
    await world.ingest();
    const status = await statusOf(world);
    expect(status).toMatchObject({ state: 'failing', rows: 0, quarantined: 0, loads: { failed: 1 } });
    expect(status.reason).toMatch(
      /1 of 4 rows do not fit, and the contract lets 100 of a file be refused, and no more than 20 % of it\. The first: line 5/,
    );
    expect((await errorZone(world, 'rows')).size).toBe(0);
  });

  it('of change files leave their keys in doubt, which status names as far as they can be told', async () => {
    const { world, delivery } = await table({ snapshot: ANY, changes: ANY });
    const change = (n: number, oper: string, row: (string | null)[]): Change => ({ seq: seq(n), oper, row });
    await delivery.changes(
      '20260101-010000000',
      [
        change(1, 'U', ['1', 'b', 'dear']),
        change(2, 'U', ['2', 'c', '9']),
        change(3, 'D', ['two', null, null]),
        { seq: seq(4), oper: 'T', mask: 'no hex', row: ['7', null, null] },
        change(5, 'U', ['1', 'again', 'dear']),
      ],
      LATER,
    );
    await world.ingest();
    // Some rows are known to be wrong: that is not live, and ingest ends with 1.
    expect(await statusOf(world)).toMatchObject({
      state: 'waiting',
      reason:
        'refused changes: 4, so that rows of their keys may be wrong; after a fix farelake replay --table edw_x --state quarantined, or what is lost: farelake give-up --load 2 --why TEXT',
      rows: 3,
      quarantined: 5,
      keysInDoubt: { rows: 4, keys: [{ id: '1' }], loads: [2] },
    });
    expect(await world.rows('SELECT name FROM edw_x WHERE id = 2')).toEqual([{ name: 'c' }]);
  });

  it('tell nothing hidden: not in ledger, status or reasons, only in the raw line', async () => {
    const { world, delivery } = await table({ snapshot: ANY, changes: ANY }, ROWS.slice(0, 2));
    const contract = world.contracts.get('edw_x')!;
    world.contracts.set('edw_x', {
      ...contract,
      columns: contract.columns.map((column) =>
        column.name === 'name' ? column : { ...column, classification: 'pseudonymous' },
      ),
    });
    await delivery.changes('20260101-010000000', [{ seq: seq(1), oper: 'U', row: ['1', 'x', 'secret'] }], LATER);
    await world.ingest();
    const status = await statusOf(world);
    expect(status).toMatchObject({ state: 'waiting', keysInDoubt: { rows: 1, keys: [] } });
    const { rows } = await world.pool.query<{ reason: string }>('SELECT reason, key FROM ledger.refused_rows');
    expect(rows).toEqual([{ reason: expect.stringMatching(/^the value \(hidden\) is not/) as string, key: null }]);
    const [line] = linesOf(await errorZone(world, 'rows'));
    expect(line).toMatchObject({ reason: rows[0]!.reason, raw: expect.stringContaining('secret') as string });
  });

  it('do not excuse a wrong number of rows: the file waits, and nothing is left in the error zone', async () => {
    const { world, delivery } = await table({ snapshot: ANY });
    await delivery.snapshot('LOAD00000001', ROWS, { ...START, recordCount: 3 });
    await world.ingest();
    const status = await statusOf(world);
    expect(status).toMatchObject({ state: 'waiting', quarantined: 0 });
    expect(status.reason).toMatch(/it has 4 rows, the .dfm announces 3/);
    expect((await errorZone(world, '')).size).toBe(0);
  });

  it('the database refuses a receipt that does not add up', async () => {
    const { world } = await table({ snapshot: ANY });
    await world.ingest();
    await expect(world.pool.query('UPDATE ledger.receipts SET written = written + 1')).rejects.toThrow(/check/);
    await expect(world.pool.query('UPDATE ledger.receipts SET rows_uri = NULL')).rejects.toThrow(/check/);
  });
});

describe('files that cannot be loaded', () => {
  it('lie in the error zone unchanged, beside the reason, once however often they fail', async () => {
    const { world } = await table();
    await world.ingest();
    const name = 'cubic/ods_qlik/EDW.X/LOAD00000001.csv.gz';
    const zone = await errorZone(world, 'objects');
    const [copy = '', reasonFile = ''] = zone.keys();
    expect([...zone.keys()]).toEqual([expect.stringContaining(name), `${copy}.reason.json`]);
    const delivered = await readFile(path.join(world.delivered, 'EDW.X/LOAD00000001.csv.gz'));
    expect(Buffer.from(zone.get(copy)!, 'latin1').equals(delivered)).toBe(true);
    expect(gunzipSync(delivered).length).toBeGreaterThan(0);
    expect(JSON.parse(zone.get(reasonFile)!)).toEqual({
      objectKey: name,
      contentTag: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      dataset: 'edw_x',
      reason: expect.stringContaining('"dear"') as string,
      code: 'bad-value',
      failedAt: expect.stringMatching(/^\d{4}-/) as string,
      attempt: expect.stringMatching(/^[0-9a-f]{20}$/) as string,
    });
    await world.ingest();
    expect(await errorZone(world, 'objects')).toEqual(zone);
  });

  it('are copied from the archive where they lie there alone', async () => {
    const { world } = await table({ snapshot: ANY });
    await world.ingest();
    await rm(path.join(world.delivered, 'EDW.X/LOAD00000001.csv.gz'));
    world.contracts.set('edw_x', { ...world.contracts.get('edw_x')!, quarantine: {} });
    await sendBack(world, {});
    await workTables(world, ['edw_x']);
    const status = await statusOf(world);
    expect(status).toMatchObject({ state: 'failing', rows: 3, loads: { failed: 1 } });
    expect(status.reason).toMatch(/"dear"/);
    expect(status.reason).not.toMatch(/not copied/);
    expect((await errorZone(world, 'objects')).size).toBe(2);
  });

  it('come into the archive from the error zone where they lie there alone', async () => {
    const { world } = await table();
    await world.ingest();
    await rm(path.join(world.delivered, 'EDW.X/LOAD00000001.csv.gz'));
    world.contracts.set('edw_x', { ...world.contracts.get('edw_x')!, quarantine: { snapshot: ANY } });
    await world.ingest();
    expect(await statusOf(world)).toMatchObject({ state: 'live', reason: null, rows: 3, loads: { archived: 1 } });
  });

  it('are set apart after five tries that lie apart; then only new content brings them on', async () => {
    const { world, delivery } = await table();
    for (let n = 1; n < 5; n += 1) {
      await world.ingest();
      expect((await statusOf(world)).loads).toEqual({ failed: 1 });
      await world.letTimePass();
    }
    await world.ingest();
    const status = await statusOf(world);
    expect(status).toMatchObject({ state: 'failing', loads: { quarantined: 1 } });
    expect(status.reason).toMatch(/"dear" is not .*Tried 5 times and set apart: after a fix, farelake replay --load 1/);
    const attempts = () =>
      world.pool.query('SELECT count(*) AS n FROM ledger.attempts').then(({ rows }) => rows[0] as object);
    const before = await attempts();
    await world.ingest();
    expect(await attempts()).toEqual(before);
    await delivery.snapshot('LOAD00000001', ROWS.slice(0, 2), START);
    await world.ingest();
    expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 2, loads: { archived: 1, superseded: 1 } });
  });

  it('begin to count anew with another contract or .dfm', async () => {
    const { world } = await table();
    for (let n = 1; n < 5; n += 1) {
      await world.ingest();
      await world.letTimePass();
    }
    const contract = world.contracts.get('edw_x')!;
    world.contracts.set('edw_x', { ...contract, owner: 'somebody else' });
    await world.ingest();
    expect((await statusOf(world)).loads).toEqual({ failed: 1 });
  });

  it('are tried at once by whoever ingests, and six ingests side by side count as one try', async () => {
    const { world } = await table();
    await Promise.all(Array.from({ length: 6 }, () => world.ingest()));
    const tries = async () =>
      (
        await world.pool.query<{ state: string; tries: number; pause: number }>(
          `SELECT state, tries, extract(epoch FROM next_try_at - updated_at)::float8 AS pause FROM ledger.loads`,
        )
      ).rows[0]!;
    expect(await tries()).toMatchObject({ state: 'failed', tries: 1 });
    for (let n = 1; n <= 6; n += 1) await world.ingest();
    expect(await tries()).toMatchObject({ state: 'failed', tries: 1 });
    const attempts = await world.pool.query('SELECT 1 FROM ledger.attempts');
    expect(attempts.rowCount).toBeGreaterThanOrEqual(7);
    // Each pause may be half of the next one, and no less.
    const pauses: number[] = [];
    for (let n = 2; n < 5; n += 1) {
      await world.letTimePass();
      await world.ingest();
      expect(await tries()).toMatchObject({ state: 'failed', tries: n });
      pauses.push((await tries()).pause);
    }
    for (const [index, minutes] of [10, 20, 40].entries()) {
      expect(pauses[index]).toBeGreaterThan(60 * minutes * 0.5 - 1);
      expect(pauses[index]).toBeLessThan(60 * minutes + 1);
    }
  });

  it('are no reason to lose their failure when the error zone cannot be written to: it is the table’s trouble', async () => {
    const { world } = await table();
    const zone = path.join(world.folder, 'error');
    await mkdir(zone);
    await writeFile(path.join(zone, 'objects'), 'a file where a folder should be');
    await world.ingest();
    const status = await statusOf(world);
    expect(status).toMatchObject({ state: 'failing', loads: { failed: 1 } });
    expect(status.reason).toMatch(/not copied to the error zone/);
    await rm(path.join(zone, 'objects'));
    await chmod(zone, 0o755);
    await world.ingest();
    expect((await statusOf(world)).reason).toMatch(/"dear"/);
    expect((await errorZone(world, 'objects')).size).toBe(2);
  });
});

it('an object that unpacks to more than the limit fails, and others go on', async () => {
  const { world } = await table(undefined, ROWS.slice(0, 2));
  const limited = { ...world, unpackLimit: 10 };
  const { ingest } = await import('../src/index.ts');
  const { folderStore } = await import('@farelake/lake');
  await ingest(limited, folderStore(world.delivered));
  expect((await statusOf(world)).reason).toMatch(/unpacks to more than 10 bytes/);
  await world.ingest();
  expect(await statusOf(world)).toMatchObject({ state: 'live', rows: 2 });
});
