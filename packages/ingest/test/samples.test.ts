/** Proves the main job on the vendor's own sample files, where they are at hand, and on the sample feed. */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expectAsItStood, remember } from './support/as-it-stood.ts';
import { closeWorlds, openWorld, REPOSITORY, type World } from './support/world.ts';

const VENDOR = path.resolve(REPOSITORY, '../shared/samples/cubic/ods_qlik');
const FEED = path.join(REPOSITORY, 'sample_data');

afterAll(closeWorlds, 60_000);

async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of (await readdir(folder, { recursive: true })).sort()) {
    const info = await stat(path.join(folder, entry));
    hash.update(`${entry} ${info.mtimeMs} ${info.mode} `);
    if (info.isFile()) hash.update(await readFile(path.join(folder, entry)));
  }
  return hash.digest('hex');
}

const FIVE = [
  { sample_id: '1', sample_name: 'Sample 1 🔥' },
  { sample_id: '2', sample_name: 'Sample 2 🔥🔥' },
  { sample_id: '3', sample_name: 'Sample 3' },
  { sample_id: '4', sample_name: 'Sample 4 🔥🔥🔥🔥' },
  { sample_id: '5', sample_name: 'Sample 5 🔥🔥🔥🔥🔥' },
];
const five = (world: World) => world.rows('SELECT sample_id, sample_name FROM edw_sample ORDER BY 1');

/** A test on files that may not be there says so instead of passing silently. */
const onVendorFiles = existsSync(VENDOR) ? describe : describe.skip;

onVendorFiles("the vendor's samples", () => {
  it('give the five rows; once more loads nothing; the source is untouched', async () => {
    const world = await openWorld();
    await world.addTable('EDW.SAMPLE', { from: VENDOR });
    const before = await fingerprint(VENDOR);

    const first = await world.ingest(VENDOR);
    expect(first.tables).toEqual([
      { dataset: 'edw_sample', loaded: 4, rowsLoaded: 7, applied: 4, archived: 8, trouble: null },
    ]);
    expect(await five(world)).toEqual(FIVE);
    const again = await world.ingest(VENDOR);
    expect(again.registered.fresh).toBe(0);
    expect(again.tables).toEqual([
      { dataset: 'edw_sample', loaded: 0, rowsLoaded: 0, applied: 0, archived: 0, trouble: null },
    ]);
    expect(await five(world)).toEqual(FIVE);
    expect((await world.status())[0]).toMatchObject({ version: 1, state: 'live' });
    expect(await fingerprint(VENDOR)).toBe(before);
  });

  it('can be queried as they stood after each file', async () => {
    const world = await openWorld();
    await world.addTable('EDW.SAMPLE', { from: VENDOR });
    const files = (await readdir(VENDOR, { recursive: true })).filter((name) => name.endsWith('.csv.gz')).sort();
    const all = [];
    for (const file of files) {
      for (const name of [file, file.replace('.csv.gz', '.dfm')])
        await cp(path.join(VENDOR, name), path.join(world.delivered, 'cubic/ods_qlik', name));
      await world.ingest();
      all.push(await remember(world, ['edw_sample', 'edw_sample_history']));
    }
    expect(all.at(-1)?.tables.get('edw_sample')?.rows).toHaveLength(5);
    await expectAsItStood(world, all);
  });

  // Of 24 orders those that begin with a change file wait until a snapshot file has come; all must end alike.
  it.each([
    ['in order', [0, 1, 2, 3]],
    ['changes first', [2, 3, 0, 1]],
    ['the second change file before the first', [0, 3, 2, 1]],
    ['a snapshot file last', [0, 2, 3, 1]],
    ['backwards', [3, 2, 1, 0]],
  ])('file by file, %s', async (_, order) => {
    const files = [
      'EDW.SAMPLE/LOAD1',
      'EDW.SAMPLE/LOAD2',
      'EDW.SAMPLE__ct/20211201-112233444',
      'EDW.SAMPLE__ct/20211201-122433444',
    ];
    const world = await openWorld();
    await world.addTable('EDW.SAMPLE', { from: VENDOR });
    for (const index of order) {
      for (const ending of ['.csv.gz', '.dfm']) {
        const target = path.join(world.delivered, `${files[index] ?? ''}${ending}`);
        await mkdir(path.dirname(target), { recursive: true });
        await cp(path.join(VENDOR, `${files[index] ?? ''}${ending}`), target);
      }
      await world.ingest();
    }
    expect(await five(world)).toEqual(FIVE);
    expect((await world.status())[0]).toMatchObject({ state: 'live', loads: { archived: 4 }, orphans: 0 });
  });
});

type Plain = string | number | boolean | null;

interface Expected {
  readonly rows: number;
  readonly orphans: number;
  readonly sums: Record<string, string>;
  readonly checks: readonly { key: Record<string, Plain>; column?: string; value?: Plain; absent?: boolean }[];
}

describe('the sample feed', () => {
  const OPTIONS: Record<string, Parameters<World['addTable']>[1]> = {
    'EDW.FARE_TRANSACTION': {},
    'EDW.CARD': { cdc: { beforeImage: 'full' } },
    'EDW.STOP_POINT': { cdc: { updateImage: 'full', beforeImage: 'partial' }, key: ['STOP_ID', 'PLATFORM_CODE'] },
    'EDW.PRODUCT': {},
    'EDW.DEVICE_EVENT': {},
  };

  it.each(['at once', 'file by file in order of time'])(
    'agrees with the simulated source that wrote it, ingested %s',
    async (how) => {
      const world = await openWorld();
      for (const [table, options] of Object.entries(OPTIONS))
        await world.addTable(table, { from: FEED, ...options, segmentRows: 500 });
      if (how === 'at once') await world.ingest(FEED);
      else await fileByFile(world);
      const expected = JSON.parse(await readFile(path.join(FEED, 'expected.json'), 'utf8')) as Record<string, Expected>;
      const statuses = new Map((await world.status()).map((one) => [one.table, one]));
      for (const [table, truth] of Object.entries(expected)) {
        expect(statuses.get(table)).toMatchObject({
          state: 'live',
          rows: truth.rows,
          orphans: truth.orphans,
          conflicts: 0,
        });
        expect(await world.rows(`SELECT count(*)::INTEGER AS n FROM ${table}`)).toEqual([{ n: truth.rows }]);
        for (const [column, sum] of Object.entries(truth.sums))
          expect(await world.rows(`SELECT sum(${column})::VARCHAR AS s FROM ${table}`)).toEqual([{ s: sum }]);
        for (const check of truth.checks) await assertCheck(world, table, check);
      }
    },
    120_000,
  );

  async function fileByFile(world: World) {
    const files = (await readdir(path.join(FEED, 'cubic'), { recursive: true })).filter((file) =>
      file.endsWith('.csv.gz'),
    );
    const changes = files
      .filter((file) => file.includes('__ct/'))
      .sort((a, b) => (path.basename(a) < path.basename(b) ? -1 : 1));
    const snapshots = files.filter((file) => !file.includes('__ct/'));
    // Several per step, so that the run stays short: snapshots first, then the change files of all tables three by three.
    const steps = [
      snapshots,
      ...Array.from({ length: Math.ceil(changes.length / 3) }, (_, i) => changes.slice(3 * i, 3 * i + 3)),
    ];
    for (const step of steps) {
      for (const file of step)
        for (const name of [file, file.replace(/\.csv\.gz$/, '.dfm')]) {
          const target = path.join(world.delivered, name);
          await mkdir(path.dirname(target), { recursive: true });
          await cp(path.join(FEED, 'cubic', name), target);
        }
      await world.ingest();
    }
  }

  async function assertCheck(world: World, table: string, check: Expected['checks'][number]) {
    const where = Object.entries(check.key)
      .map(
        ([name, value]) =>
          `${name}::VARCHAR IS NOT DISTINCT FROM ${value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`}`,
      )
      .join(' AND ');
    const rows = await world.rows(`SELECT * FROM ${table} WHERE ${where}`);
    if (check.absent === true) expect(rows).toEqual([]);
    else {
      const value = rows[0]?.[check.column ?? ''] as Plain | undefined;
      // Blobs and times have several spellings; the command line's own form is tested with the command line.
      if (typeof check.value !== 'string' || !/^([0-9a-f]{2})+$|^\d{4}-\d\d-\d\d /.test(check.value))
        expect({ check, value: value === undefined || value === null ? null : String(value) }).toEqual({
          check,
          value: check.value === undefined || check.value === null ? null : String(check.value),
        });
    }
  }
});
