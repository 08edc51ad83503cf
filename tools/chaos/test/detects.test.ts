/**
 * Proves on a real home that the picture misses nothing that a crash could do: each kind of damage, done by hand, is seen as
 * lost or repeated. And that a story that is killed at one step comes out whole.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openPool } from '@farelake/db';
import { openBench, type Bench } from '../src/bench.ts';
import { killAtSteps } from '../src/disturb/kills.ts';
import { openHome, type Home } from '../src/home.ts';
import { Life } from '../src/feed/life.ts';
import { compare, type Picture } from '../src/picture/compare.ts';
import { takePicture } from '../src/picture/take.ts';
import { prepare, type Prepared } from '../src/prepare.ts';
import { randomOf } from '../src/random.ts';
import type { Scenario } from '../src/scenario.ts';
import { tellUndisturbed } from '../src/undisturbed.ts';

const small: Scenario = {
  name: 'small',
  about: 'one snapshot and one change file of a published table',
  zones: 'folder',
  tables: { 'EDW.TAP': { publish: { postgres: true } } },
  acts: (random) => {
    const life = new Life(random, 'EDW.TAP', 20);
    const deliver = async (folder: string) => {
      await life.snapshot(folder, { at: 1, files: 1 });
      await life.changes(folder, { at: 2, events: 10 });
    };
    return [{ command: ['ingest'], exit: 0, deliver }];
  },
};

let bench: Bench;
let prepared: Prepared;
let home: Home;
let expected: Picture;
beforeAll(async () => {
  bench = await openBench();
  prepared = await prepare(bench, small, randomOf(1));
  home = await openHome(bench, prepared);
  await home.deliver(prepared.acts[0]!);
  expect(await home.start(['ingest']).ended).toMatchObject({ code: 0 });
  expected = await takePicture(home);
});
afterAll(() => bench.close());

/** Does something to the ledger for as long as a picture is taken. */
async function damaged(sql: string): Promise<ReturnType<typeof compare>> {
  const pool = openPool(home.databaseUrl, { max: 1 });
  try {
    await pool.query(sql);
    return compare(expected, await takePicture(home));
  } finally {
    await pool.end();
  }
}

it('an untouched home differs in nothing, twice', async () => {
  expect(expected.get('rows of edw_tap')!.length).toBeGreaterThan(15);
  expect(expected.get('published rows of edw_tap')).toHaveLength(expected.get('rows of edw_tap')!.length);
  expect(expected.get('objects in archive')).toHaveLength(4);
  expect(compare(expected, await takePicture(home))).toMatchObject({ lost: 0, repeated: 0 });
});

describe('each in a home of its own', () => {
  beforeEach(async () => {
    home = await openHome(bench, prepared);
    await home.deliver(prepared.acts[0]!);
    await home.start(['ingest']).ended;
  });
  afterEach(() => home.close());

  it.each([
    ['a published row is gone', 'DELETE FROM ods.edw_tap WHERE id = (SELECT min(id) FROM ods.edw_tap)', 1, 0],
    [
      'a published row is another',
      `UPDATE ods.edw_tap SET name = 'other' WHERE id = (SELECT min(id) FROM ods.edw_tap)`,
      1,
      1,
    ],
    ['a receipt is gone', 'DELETE FROM ledger.receipts WHERE load_id = (SELECT max(id) FROM ledger.loads)', 1, 1],
    [
      'an application is gone',
      'DELETE FROM ledger.applications WHERE load_id = (SELECT min(id) FROM ledger.loads)',
      1,
      0,
    ],
  ])('%s', async (_, sql, lost, repeated) => {
    const found = await damaged(sql);
    expect(found.lost).toBeGreaterThanOrEqual(lost);
    expect(found.repeated).toBeGreaterThanOrEqual(repeated);
    expect(found.lost + found.repeated).toBeGreaterThan(0);
  });

  it('a file of history listed twice repeats its rows', async () => {
    const columns = `table_name, size, rows, contract_version, statistics, batch_id, segment, lowest_key, version_added`;
    const { lost, repeated, examples } = await damaged(
      `INSERT INTO ledger.files (uri, ${columns}) SELECT replace(uri, '/stage/', '/./stage/'), ${columns}
       FROM ledger.files WHERE batch_id IS NOT NULL ORDER BY id LIMIT 1`,
    );
    expect(lost).toBe(0);
    expect(repeated).toBeGreaterThanOrEqual(10);
    expect(examples.join('\n')).toMatch(/repeated of history of edw_tap/);
  });

  it('a segment that the manifest does not list loses its rows', async () => {
    const found = await damaged(`UPDATE ledger.files SET version_removed = version_added WHERE table_name = 'edw_tap'`);
    expect(found.lost).toBeGreaterThan(15);
    expect(found.examples.join('\n')).toMatch(
      /repeated of snapshots that are not the manifest: .*version 1 lists 1 files, and the manifest 0/,
    );
  });

  it('a catalog that shows another version than the manifest is', async () => {
    const { lost, examples } = await damaged(
      `UPDATE iceberg_tables SET metadata_location = coalesce(previous_metadata_location, 'file:///none') WHERE table_name = 'edw_tap'`,
    );
    // The status that it was live with.
    expect(lost).toBe(1);
    expect(examples.join('\n')).toMatch(/repeated of status: .*"edw_tap","state":"failing"/);
    expect(examples.join('\n')).toMatch(
      /repeated of snapshots that are not the manifest: .*edw_tap: the catalog is at/,
    );
  });

  it('a byte of a file in stage that became another one is found by the audit', async () => {
    const file = (await readdir(home.zone('stage'), { recursive: true, withFileTypes: true })).find(
      ({ name, parentPath }) => name.endsWith('.parquet') && parentPath.includes('edw_tap_history'),
    );
    const place = path.join(file!.parentPath, file!.name);
    const bytes = await readFile(place);
    // The name of the writer: no reader looks there.
    bytes[bytes.lastIndexOf('DuckDB version')]! ^= 1;
    await writeFile(place, bytes);
    const { lost, repeated, examples } = compare(expected, await takePicture(home));
    expect({ lost, repeated }).toEqual({ lost: 0, repeated: 1 });
    expect(examples.join('\n')).toMatch(/repeated of findings of the audit: .*history-damaged/);
  });

  it('an archived object that is gone is lost, and the audit finds it', async () => {
    const [first] = (await readdir(home.zone('archive'), { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    await rm(path.join(first!.parentPath, first!.name));
    const { lost, repeated, examples } = compare(expected, await takePicture(home));
    expect({ lost, repeated }).toEqual({ lost: 1, repeated: 1 });
    expect(examples.join('\n')).toMatch(/lost of objects in archive: .*\nrepeated of findings of the audit: /);
  });
});

it('killed where its commit is done and the next step not begun, the story comes out whole', async () => {
  const undisturbed = await tellUndisturbed(bench, prepared);
  const results = await killAtSteps(
    { bench, prepared, undisturbed, random: randomOf(1), mayKill: () => true, onKill: () => {} },
    [{ act: 0, step: 'load:committed', time: 1 }],
  );
  expect(results).toEqual([
    { kills: 1, lost: 0, repeated: 0, problems: [], steps: ['load:committed'], done: ['act 1: load:committed:1'] },
  ]);
});
