/** Proves that one byte that became another one is found wherever it lies, and that reading everything finds nothing else. */
import { rmSync } from 'node:fs';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { folderStore } from '@farelake/lake';
import { audit, maintain, NOTES, sendBack, workTables, type Audited, type AuditOptions } from '../../src/index.ts';
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

/** A snapshot with a refused row, a change file, and one that is refused whole. */
async function loaded(): Promise<{ world: World; delivery: Delivery }> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  const rows = [
    ['1', 'a'],
    ['two', 'b'],
  ];
  await delivery.snapshot('LOAD00000001', rows, BEGIN);
  await delivery.changes('20260102-000000000', [change(1, '3')], AFTER);
  await delivery.changes('20260103-000000000', [change(2, '4')], { ...AFTER, spoil: (gz) => gz.subarray(0, 30) });
  const contract = await world.addTable('EDW.X');
  world.contracts.set('edw_x', { ...contract, quarantine: { snapshot: { rows: 9, share: 1 } } });
  await world.ingest();
  return { world, delivery };
}

const look = (world: World, options: AuditOptions = {}): Promise<Audited> =>
  audit(world, folderStore(world.delivered), options);
const read = (world: World, options: AuditOptions = {}) => look(world, { content: true, ...options });
const kinds = ({ findings }: Audited) => findings.map(({ kind, table }) => [kind, table]);

async function fileBelow(folder: string, wanted: RegExp): Promise<string> {
  const name = (await readdir(folder, { recursive: true })).find((one) => wanted.test(one));
  if (name === undefined) throw new Error(`nothing like ${String(wanted)} in ${folder}`);
  return path.join(folder, name);
}

/** One bit of the byte in the middle. */
async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(file, bytes);
}

it('where all is well nothing is found, and it tells how much it read', async () => {
  const { world } = await loaded();
  const audited = await read(world);
  expect(audited).toMatchObject({ findings: [], notes: [] });
  // Two files of history and one segment; two files and their .dfms; the refused file, its reason, the refused row.
  expect(audited.read).toEqual({ files: 3 + 4 + 3, bytes: expect.any(Number) as number });
  expect(audited.read!.bytes).toBeGreaterThan(2000);
  expect(await look(world)).toMatchObject({ findings: [], notes: [] });
  expect((await look(world)).read).toBeUndefined();
});

describe('one byte', () => {
  it.each([
    ['a history file', 'stage', /^edw_x_history\/snapshot=.*parquet$/, 'history-damaged', 'edw_x_history'],
    ['a current file', 'stage', /^edw_x\/base\/.*parquet$/, 'current-damaged', 'edw_x'],
    ['an archived object', 'archive', /LOAD00000001\.csv\.gz\./, 'copy-damaged', 'edw_x'],
    ['an archived .dfm', 'archive', /LOAD00000001\.dfm\./, 'copy-damaged', 'edw_x'],
    ['a refused file', 'error', /^objects\/.*gz\.[0-9a-f]{64}$/, 'refused-damaged', 'edw_x'],
    ['a file of refused rows', 'error', /^rows\/.*jsonl$/, 'refused-damaged', 'edw_x'],
  ])('of %s', async (_, zone, name, kind, table) => {
    const { world } = await loaded();
    const file = await fileBelow(path.join(world.folder, zone), name);
    await flip(file);
    // Sizes do not tell.
    expect(kinds(await look(world))).toEqual([]);
    const { findings } = await read(world);
    expect(findings).toMatchObject([
      { kind, table, object: folderStore(path.dirname(file)).uriOf(path.basename(file)) },
    ]);
    expect(findings[0]!.problem).toMatch(/^its SHA-256 is [0-9a-f]{64}, and was [0-9a-f]{64}/);
    expect(kinds(await read(world, { dataset: 'edw_y' }))).toEqual([]);
  });

  it('of history: the loads to replay are named; of a copy: where the object still lies', async () => {
    const { world } = await loaded();
    await flip(await fileBelow(path.join(world.folder, 'stage'), /^edw_x_history\/snapshot=.*parquet$/));
    await flip(await fileBelow(path.join(world.folder, 'archive'), /LOAD00000001\.csv\.gz\./));
    const problems = (await read(world)).findings.map(({ problem }) => problem).reverse();
    expect(problems[0]).toMatch(/; its loads: --load 1$/);
    expect(problems[1]).toMatch(/; as it was delivered it lies at file:.*delivered\/EDW\.X\/LOAD00000001\.csv\.gz$/);
  });
});

describe('beside a refused file', () => {
  const REASON = /\.reason\.json$/;

  it.each<[string, (file: string) => Promise<void>, string, string]>([
    ['cut to nothing', (file) => truncate(file, 0), 'refused-differs', 'it is empty'],
    ['removed', (file) => rm(file), 'refused-gone', 'that are not there'],
  ])('a reason %s is found without reading', async (_, spoil, kind, problem) => {
    const { world } = await loaded();
    await spoil(await fileBelow(path.join(world.folder, 'error'), REASON));
    for (const { findings } of [await look(world), await read(world)])
      expect(findings).toMatchObject([{ kind, table: 'edw_x', problem: expect.stringContaining(problem) as string }]);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['no JSON', (text) => text.slice(0, -5), /cannot be read as the JSON/],
    ['of another file', (text) => text.replace('20260103', '20260104'), /it is not of cubic\/ods_qlik\/EDW\.X__ct/],
    [
      'another reason',
      (text) => text.replace(/"reason": ".*"/, '"reason": "none"'),
      /another reason than ledger\.loads: /,
    ],
  ])('a reason that is %s is found by reading', async (_, change, problem) => {
    const { world } = await loaded();
    const file = await fileBelow(path.join(world.folder, 'error'), REASON);
    await writeFile(file, change(await readFile(file, 'utf8')));
    expect(kinds(await look(world))).toEqual([]);
    expect((await read(world)).findings).toMatchObject([
      { kind: 'refused-damaged', problem: expect.stringMatching(problem) as string },
    ]);
  });

  it('a refused file cut short, and refused rows that are gone or empty', async () => {
    const { world } = await loaded();
    const zone = path.join(world.folder, 'error');
    await truncate(await fileBelow(zone, /^objects\/.*gz\.[0-9a-f]{64}$/), 10);
    const rows = await fileBelow(zone, /jsonl$/);
    await truncate(rows, 0);
    expect((await look(world)).findings.map(({ kind, problem }) => [kind, problem])).toEqual([
      ['refused-differs', '10 bytes, and 30 are expected'],
      ['refused-differs', 'it is empty'],
    ]);
    await rm(rows);
    expect(kinds(await look(world)).map(([kind]) => kind)).toEqual(['refused-differs', 'refused-gone']);
  });
});

it('what lies in the error zone of a known object, and nothing names, is a note', async () => {
  const { world } = await loaded();
  const rows = await fileBelow(path.join(world.folder, 'error'), /jsonl$/);
  await writeFile(rows.replace(/-[0-9a-f]+\.jsonl$/, `-${'0'.repeat(20)}.jsonl`), '{}');
  expect(await look(world)).toMatchObject({ findings: [], notes: [{ kind: 'unnamed', count: 1 }] });
});

it('rows refused before a replay stay, and are a note; those of the receipt are read', async () => {
  const { world } = await loaded();
  await sendBack(world, { loadIds: [1] });
  await workTables(world, ['edw_x']);
  expect(await read(world)).toMatchObject({
    findings: [],
    notes: [{ kind: 'unnamed', count: 1 }],
    read: { files: 10 },
  });
});

it('maintain removes refused rows of an attempt that died, and leaves those of before a replay: the note says both', async () => {
  const { world } = await loaded();
  const former = await fileBelow(path.join(world.folder, 'error'), /jsonl$/);
  await sendBack(world, { loadIds: [1] });
  await workTables(world, ['edw_x']);
  const died = 'd'.repeat(20);
  await world.pool.query(
    `INSERT INTO ledger.attempts (id, dataset, started_at) VALUES ($1, 'edw_x', now() - interval '1 hour')`,
    [died],
  );
  await writeFile(former.replace(/-[0-9a-f]+\.jsonl$/, `-${died}.jsonl`), '{}');
  const note = async () =>
    (await look(world)).notes.map(({ kind, examples }) => [kind, examples.map((uri) => path.basename(uri)).sort()]);
  const left = path.basename(former);
  expect(await note()).toEqual([['unnamed', [left, left.replace(/-[0-9a-f]+\.jsonl$/, `-${died}.jsonl`)].sort()]]);
  await maintain(world, { grace: 0, retention: 0, dryRun: false });
  expect(await note()).toEqual([['unnamed', [left]]]);
  expect(NOTES.unnamed).toMatch(
    /refused before a replay or a retry, which stay, or of attempts that died, which farelake maintain removes$/,
  );
});

it('what was written before checksums were noted is read, and told as not compared; in a folder copies have theirs as their tag', async () => {
  const { world } = await loaded();
  await world.pool.query(`UPDATE ledger.files SET sha256 = NULL; UPDATE ledger.receipts SET rows_sha256 = NULL;
    UPDATE ledger.objects SET archived_sha256 = NULL; UPDATE ledger.loads SET refused_sha256 = NULL`);
  expect(await read(world)).toMatchObject({
    findings: [],
    notes: [{ kind: 'unproven', count: 4 }],
    read: { files: 10 },
  });
  await flip(await fileBelow(path.join(world.folder, 'archive'), /LOAD00000001\.csv\.gz\./));
  await flip(await fileBelow(path.join(world.folder, 'error'), /^objects\/.*gz\.[0-9a-f]{64}$/));
  expect(kinds(await read(world)).map(([kind]) => kind)).toEqual(['copy-damaged', 'refused-damaged']);
});

it('a file that a commit replaced while it read, and that maintain removed, is no finding', async () => {
  const { world, delivery } = await loaded();
  let busy: Promise<unknown> | undefined;
  const audited = await read(world, {
    onProgress: ({ step }) => {
      if (step !== 'looking through' || busy !== undefined) return;
      busy = (async () => {
        await delivery.changes('20260104-000000000', [change(3, '5')], AFTER);
        await world.ingest();
        await maintain(world, { grace: 0, retention: 0, dryRun: false });
      })();
    },
  });
  await busy;
  expect(audited.findings.filter(({ kind }) => kind !== 'unregistered')).toEqual([]);
  expect(kinds(await read(world))).toEqual([]);
});

it('a copy that goes while it reads is told as gone', async () => {
  const { world } = await loaded();
  const last = await fileBelow(path.join(world.folder, 'archive'), /20260102-000000000\.dfm\./);
  const onProgress: AuditOptions['onProgress'] = ({ step }) => {
    if (step === 'reading') rmSync(last, { force: true });
  };
  expect(kinds(await read(world, { onProgress }))).toEqual([['copy-gone', 'edw_x']]);
});

it('stopped in the middle it ends, and leaves nothing behind on its connection', async () => {
  const { world } = await loaded();
  const stop = new AbortController();
  const onProgress: AuditOptions['onProgress'] = ({ step }) => {
    if (step === 'reading') stop.abort(new Error('stopped'));
  };
  await expect(
    audit({ ...world, signal: stop.signal }, folderStore(world.delivered), { content: true, onProgress }),
  ).rejects.toThrow('stopped');
  expect(kinds(await read(world))).toEqual([]);
});
