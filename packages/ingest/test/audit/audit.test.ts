/** Proves that an audit names every object and file that is not where it should be, and nothing where all is well. */
import { execFileSync } from 'node:child_process';
import { appendFile, copyFile, mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { folderStore } from '@farelake/lake';
import { audit, type Audited } from '../../src/index.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const BEGIN = { start: '2026-01-01T00:00:00' };
const AFTER = { end: '2026-03-01T00:00:00' };
const change = (n: number, id: string) => ({ seq: seq(n), oper: 'I', row: [id, 'x'] });

interface Home {
  readonly world: World;
  readonly delivery: Delivery;
}

/** One snapshot of two files and two change files, all in the table. */
async function loaded(): Promise<Home> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', [['1', 'a']], BEGIN);
  await delivery.snapshot('LOAD00000002', [['2', 'b']], BEGIN);
  await delivery.changes('20260102-000000000', [change(1, '3')], AFTER);
  await delivery.changes('20260103-000000000', [change(2, '4')], AFTER);
  await world.addTable('EDW.X');
  await world.ingest();
  return { world, delivery };
}

const look = (world: World, options = {}): Promise<Audited> => audit(world, folderStore(world.delivered), options);
const told = ({ findings }: Audited) => findings.map(({ kind, table, object }) => [kind, table, path.basename(object)]);

async function fileBelow(folder: string, wanted: RegExp): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const name = names.find((one) => wanted.test(one));
  if (name === undefined) throw new Error(`nothing like ${String(wanted)} in ${folder}`);
  return path.join(folder, name);
}

it('where all is well there is no finding, and it tells how much it looked at', async () => {
  const { world } = await loaded();
  const { findings, notes, found } = await look(world);
  expect(findings).toEqual([]);
  expect(notes).toEqual([]);
  expect(found).toEqual({ sources: { [folderStore(world.delivered).uri]: 8 }, archive: 8, error: 0, stage: 3 });
  // Twice on the same connections: nothing of the first stays behind.
  expect((await look(world)).findings).toEqual([]);
});

it('a file of a former snapshot that is taken through again is no sign that its others are missing', async () => {
  const { world, delivery } = await loaded();
  for (const n of [1, 2])
    await delivery.snapshot(`LOAD0000000${n}`, [[String(n), 'z']], { start: '2026-02-01T00:00:00' });
  await world.ingest();
  await world.pool.query(`UPDATE ledger.loads SET state = 'failed', reason = 'a trial' WHERE state = 'superseded'
    AND object_id IN (SELECT id FROM ledger.objects WHERE object_key LIKE '%LOAD00000002%')`);
  expect(told(await look(world)).filter(([kind]) => kind === 'counter-gap')).toEqual([]);
});

it('an object that nobody registered is named, whatever its time; also new content under a known name, of the same size', async () => {
  const { world, delivery } = await loaded();
  const late = await delivery.changes('20260101-120000000', [change(3, '5')], AFTER);
  await utimes(`${late}.csv.gz`, 0, 0);
  const known = await delivery.changes('20260103-000000000', [change(2, '9')], AFTER);
  const { findings } = await look(world);
  expect(findings.map(({ kind, object }) => [kind, path.basename(object)]).sort()).toEqual([
    ['unregistered', '20260101-120000000.csv.gz'],
    ['unregistered', '20260101-120000000.dfm'],
    ['unregistered', path.basename(`${known}.csv.gz`)],
  ]);
  await world.ingest();
  expect((await look(world)).findings).toEqual([]);
});

it('registration does not go by times of modification: two files of one second and one older than all seen are taken in', async () => {
  const { world, delivery } = await loaded();
  const [one, two] = [
    await delivery.changes('20260104-000000000', [change(4, '6')], AFTER),
    await delivery.changes('20260104-000000001', [change(5, '7')], AFTER),
  ];
  for (const stem of [one, two]) for (const ending of ['csv.gz', 'dfm']) await utimes(`${stem}.${ending}`, 1e9, 1e9);
  await world.ingest();
  const old = await delivery.changes('20260104-000000002', [change(6, '8')], AFTER);
  for (const ending of ['csv.gz', 'dfm']) await utimes(`${old}.${ending}`, 5e8, 5e8);
  expect((await world.ingest()).registered).toMatchObject({ fresh: 2 });
  expect((await look(world)).findings).toEqual([]);
  expect(await world.rows('SELECT count(*) AS n FROM edw_x')).toEqual([{ n: '7' }]);
});

it('files that are no objects of a feed are a note, links a finding', async () => {
  const { world } = await loaded();
  await writeFile(path.join(world.delivered, 'EDW.X', 'readme.txt'), 'hello');
  await writeFile(path.join(world.delivered, 'EDW.X', 'LOAD00000001.csv'), 'hello');
  await symlink('readme.txt', path.join(world.delivered, 'EDW.X', 'LOAD00000003.csv.gz'));
  const { notes, findings } = await look(world);
  expect(findings).toMatchObject([{ kind: 'unreadable', problem: expect.stringContaining('a link') as string }]);
  expect(notes).toMatchObject([{ kind: 'foreign', count: 2 }]);
});

it('a pipe that is called like a delivery is told by ingest and audit, one that is not is passed over', async () => {
  const { world } = await loaded();
  for (const name of ['20260104-000000000.csv.gz', 'editor.socket'])
    execFileSync('mkfifo', [path.join(world.delivered, 'EDW.X__ct', name)]);
  const { findings, notes } = await look(world);
  const reason = 'a named pipe, and no file';
  expect(findings).toEqual([
    {
      kind: 'unreadable',
      table: null,
      object: expect.stringMatching(/20260104-000000000\.csv\.gz$/) as string,
      problem: reason,
    },
  ]);
  expect(notes).toEqual([]);
  const { registered } = await world.ingest();
  expect(registered).toMatchObject({
    found: 8,
    foreign: [],
    unreadable: [{ path: 'EDW.X__ct/20260104-000000000.csv.gz', reason }],
  });
});

it('also places other than Incoming that were ingested are looked at, and gone with their copies kept they are no finding', async () => {
  const { world } = await loaded();
  const incoming = folderStore(path.join(world.folder, 'incoming'));
  const elsewhere = new Delivery(world.delivered, 'EDW.Y', COLUMNS);
  await elsewhere.snapshot('LOAD1', [['1', 'a']], BEGIN);
  const { findings, found } = await audit(world, incoming);
  expect(found.sources).toEqual({ [incoming.uri]: 0, [folderStore(world.delivered).uri]: 10 });
  expect(findings.map(({ kind, table }) => [kind, table])).toEqual([
    ['unregistered', 'edw_y'],
    ['unregistered', 'edw_y'],
  ]);
  expect((await audit(world, incoming, { dataset: 'edw_x' })).findings).toEqual([]);
  await rm(world.delivered, { recursive: true });
  expect((await audit(world, incoming)).findings).toEqual([]);
});

describe('content that is nowhere any more', () => {
  it('not archived and gone where it was delivered: named, with what became of its rows', async () => {
    const { world, delivery } = await loaded();
    const stem = await delivery.changes('20260104-000000000', [change(4, '6')], {
      ...AFTER,
      spoil: (gz) => gz.subarray(0, 30),
    });
    await world.ingest();
    await rm(`${stem}.csv.gz`);
    const errors = path.join(world.folder, 'error');
    await rm(errors, { recursive: true, force: true });
    const kinds = (await look(world)).findings.filter(({ kind }) => kind !== 'refused-gone');
    expect(kinds).toMatchObject([{ kind: 'object-gone', table: 'edw_x' }]);
    expect(kinds[0]?.problem).toContain('20260104-000000000.csv.gz in file:');
  });

  it('replaced under its name before it was loaded: a note', async () => {
    const { world, delivery } = await loaded();
    const spoil = (gz: Buffer) => gz.subarray(0, 30);
    await delivery.changes('20260104-000000000', [change(4, '6')], { ...AFTER, spoil });
    await world.ingest();
    await rm(path.join(world.folder, 'error'), { recursive: true, force: true });
    await delivery.changes('20260104-000000000', [change(4, '6')], AFTER);
    await world.ingest();
    const { findings, notes } = await look(world);
    expect(findings.filter(({ kind }) => kind !== 'refused-gone')).toEqual([]);
    expect(notes).toMatchObject([{ kind: 'replaced', count: 1 }]);
  });

  it('a refused file whose copy in the error zone is gone is named; there, it is no finding', async () => {
    const { world, delivery } = await loaded();
    await delivery.changes('20260104-000000000', [change(4, '6')], { ...AFTER, spoil: (gz) => gz.subarray(0, 30) });
    await world.ingest();
    const { findings, found } = await look(world);
    expect(findings).toEqual([]);
    expect(found.error).toBeGreaterThan(0);
    await rm(path.join(world.folder, 'error'), { recursive: true });
    // Itself, and the reason beside it.
    expect(told(await look(world))).toEqual([
      ['refused-gone', 'edw_x', expect.stringMatching(/[0-9a-f]$/)],
      ['refused-gone', 'edw_x', expect.stringMatching(/\.reason\.json$/)],
    ]);
  });

  it('an archived copy that is gone, or of another size; and where the content still lies', async () => {
    const { world } = await loaded();
    const archive = path.join(world.folder, 'archive');
    await rm(await fileBelow(archive, /LOAD00000001\.csv\.gz\./));
    await appendFile(await fileBelow(archive, /LOAD00000002\.csv\.gz\./), 'x');
    const { findings } = await look(world);
    expect(findings.map(({ kind }) => kind).sort()).toEqual(['copy-differs', 'copy-gone']);
    expect(findings.find(({ kind }) => kind === 'copy-gone')?.problem).toMatch(
      /still lies at file:.*LOAD00000001\.csv\.gz$/,
    );
  });

  it('a copy that no object in the ledger has is named', async () => {
    const { world } = await loaded();
    const archive = path.join(world.folder, 'archive');
    const copy = await fileBelow(archive, /LOAD00000001\.csv\.gz\./);
    await copyFile(copy, copy.replace('LOAD00000001', 'LOAD00000009'));
    await writeFile(path.join(archive, 'stray'), 'x');
    expect(told(await look(world))).toEqual(
      [
        ['unknown-copy', 'edw_x', path.basename(copy).replace('LOAD00000001', 'LOAD00000009')],
        ['unknown-copy', null, 'stray'],
      ].sort((a, b) => Number(a[1] !== null) - Number(b[1] !== null)),
    );
  });
});

it('a Parquet file that is gone or of another size is named, of history and of the current table', async () => {
  const { world } = await loaded();
  const stage = path.join(world.folder, 'stage');
  await rm(await fileBelow(stage, /^edw_x\/base\/.*parquet$/));
  await appendFile(await fileBelow(stage, /^edw_x_history\/snapshot=.*parquet$/), 'x');
  const { findings } = await look(world);
  expect(findings.map(({ kind, table }) => [kind, table]).sort()).toEqual([
    ['file-differs', 'edw_x_history'],
    ['file-gone', 'edw_x'],
  ]);
  expect((await look(world, { dataset: 'edw_y' })).findings).toEqual([]);
});

it('a table that lies outside of the stage zone as it is set now is found where it is', async () => {
  const { world } = await loaded();
  const moved = { ...world, stage: folderStore(path.join(world.folder, 'other')) };
  expect((await audit(moved, folderStore(world.delivered))).findings).toEqual([]);
});

it('files in stage that no manifest lists are a note', async () => {
  const { world } = await loaded();
  const stage = path.join(world.folder, 'stage');
  await mkdir(path.join(stage, 'edw_x/base'), { recursive: true });
  await writeFile(path.join(stage, 'edw_x/base/000009-0123456789abcdef0123.parquet'), 'x');
  expect(await look(world)).toMatchObject({ findings: [], notes: [{ kind: 'unlisted', count: 1 }] });
});

describe('the ledger within itself', () => {
  it('rows in history without a receipt, and receipts that do not add up', async () => {
    const { world } = await loaded();
    await world.pool.query(`DELETE FROM ledger.receipts WHERE load_id = 1`);
    await world.pool.query(`UPDATE ledger.receipts SET announced = 9 WHERE load_id = 2`);
    const { findings } = await look(world);
    expect(findings.map(({ kind }) => kind)).toEqual(['receipt-missing', 'receipt-wrong', 'rows-differ']);
    expect(findings[1]?.problem).toBe('announced 9, read 1, written 1, quarantined 0');
  });

  it('files with other rows than the receipts or the version tell', async () => {
    const { world } = await loaded();
    await world.pool.query(
      `UPDATE ledger.files SET rows = rows + 1 WHERE table_name = 'edw_x' AND version_removed IS NULL`,
    );
    expect(told(await look(world))).toEqual([['rows-differ', 'edw_x', 'version 1']]);
  });
});

describe('the files of a table beside each other', () => {
  it('a gap in the counters of a snapshot, as names of files', async () => {
    const { world, delivery } = await loaded();
    await delivery.snapshot('LOAD0000000D', [['7', 'c']], BEGIN);
    await delivery.snapshot('LOAD0000000F', [['8', 'c']], BEGIN);
    await world.ingest();
    const gaps = (await look(world)).findings.filter(({ kind }) => kind === 'counter-gap');
    expect(gaps.map(({ object, problem }) => [object, problem.replace(/ of the snapshot .* missing/, ' …')])).toEqual([
      ['LOAD00000003 to LOAD0000000C', '10 of the files …'],
      ['LOAD0000000E', '1 of the files …'],
    ]);
  });

  it('a data file without .dfm and a .dfm without data file', async () => {
    const { world, delivery } = await loaded();
    await delivery.changes('20260105-000000000', [change(4, '6')], { ...AFTER, withoutDfm: true });
    const stem = await delivery.changes('20260106-000000000', [change(5, '6')], AFTER);
    await rm(`${stem}.csv.gz`);
    await world.ingest();
    expect(told(await look(world)).sort()).toEqual([
      ['data-alone', 'edw_x', '20260105-000000000.csv.gz'],
      ['dfm-alone', 'edw_x', '20260106-000000000.dfm'],
    ]);
  });

  it('one content under two names is a note', async () => {
    const { world } = await loaded();
    const folder = path.join(world.delivered, 'EDW.X__ct');
    for (const ending of ['csv.gz', 'dfm'])
      await copyFile(
        path.join(folder, `20260103-000000000.${ending}`),
        path.join(folder, `20260107-000000000.${ending}`),
      );
    await world.ingest();
    expect(await look(world)).toMatchObject({ findings: [], notes: [{ kind: 'twins', count: 1 }] });
  });
});

it('what moves while it looks is no finding: an object registered and archived after it began', async () => {
  const { world, delivery } = await loaded();
  let busy: Promise<unknown> | undefined;
  const audited = await audit(world, folderStore(path.join(world.folder, 'incoming')), {
    onProgress: (progress) => {
      if (progress.step !== 'looking through' || !progress.zone.endsWith('/stage') || busy !== undefined) return;
      busy = (async () => {
        await delivery.changes('20260108-000000000', [change(8, '8')], AFTER);
        await world.ingest();
      })();
    },
  });
  await busy;
  expect(audited.findings).toEqual([]);
  expect((await look(world)).findings).toEqual([]);
});

it('a home moved and moved back', async () => {
  const { world } = await loaded();
  await rename(path.join(world.folder, 'archive'), path.join(world.folder, 'away'));
  expect(new Set((await look(world)).findings.map(({ kind }) => kind))).toEqual(new Set(['copy-gone']));
  await rename(path.join(world.folder, 'away'), path.join(world.folder, 'archive'));
  expect((await look(world)).findings).toEqual([]);
});
