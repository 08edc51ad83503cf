/** Proves that `farelake replay` chooses, shows, sends back and works as its help says. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Delivery, seq } from '../../ingest/test/support/delivery.ts';
import { closeHomes, openHome, startCommand, type Home } from './support/command.ts';

afterAll(closeHomes, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'PRICE', type: 'NUMERIC', precision: 9, scale: 2 },
];

/** A home with a table of which one change was refused, within the contract's budget. */
async function home(): Promise<Home> {
  const made = await openHome();
  const feed = path.join(made.folder, 'feed');
  await mkdir(feed);
  const delivery = new Delivery(feed, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD00000001', [['1', '1.5']], { start: '2026-01-01T00:00:00' });
  await delivery.changes(
    '20260101-010000000',
    [
      { seq: seq(1), oper: 'I', row: ['2', '2.5'] },
      { seq: seq(2), oper: 'I', row: ['4', null] },
    ],
    { end: '2026-01-01T02:00:00' },
  );
  await made.run('table', 'add', 'EDW.X', '--from', feed, '--yes');
  await contract(made, (text) =>
    priced(text, false).replace('"layout"', '"quarantine": {"changes": {"rows": 5, "share": 1}}, "layout"'),
  );
  expect(await made.run('ingest', feed)).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^waiting: edw_x: refused changes: 1, .*give-up --load 2 /m) as string,
  });
  return made;
}

/** The contract's text with the price nullable or not. */
const priced = (text: string, nullable: boolean): string =>
  text.replace(/("name": "price".*"nullable": )(true|false)/, `$1${nullable}`);

async function contract({ folder }: Home, change: (text: string) => string): Promise<void> {
  const file = path.join(folder, 'registry/qlik/edw_x.json');
  await writeFile(file, change(await readFile(file, 'utf8')));
}

const json = async (work: Promise<{ out: string }>): Promise<Record<string, unknown>> =>
  JSON.parse((await work).out) as Record<string, unknown>;

it('shows what was refused, and takes it through again', async () => {
  const made = await home();
  const status = await made.run('status');
  expect(status.out).toMatch(
    /^quarantined: edw_x: 3 rows read = 2 written \+ 1 in the error zone; 1 of these are changes, whose keys are in doubt: 4$/m,
  );
  const dry = await made.run('replay', '--state', 'quarantined', '--dry-run');
  expect(dry).toMatchObject({
    code: 0,
    out: expect.stringMatching(/edw_x .*20260101-010000000.* archived .*would be sent back/s) as string,
  });
  await contract(made, (text) => priced(text, true));
  const done = await made.run('replay', '--table', 'EDW.X', '--all');
  expect(done).toMatchObject({ code: 0, out: expect.stringMatching(/2 sent back\n.*edw_x +live/s) as string });
  expect(await json(made.run('query', 'SELECT id, price FROM edw_x ORDER BY 1', '--format', 'json'))).toEqual([
    { id: 1, price: '1.50' },
    { id: 2, price: '2.50' },
    { id: 4, price: null },
  ]);
  const again = await json(made.run('replay', '--load', '1', '--json'));
  expect(again).toMatchObject({
    dryRun: false,
    loads: [{ id: 1, table: 'edw_x', state: 'archived', written: 1, quarantined: 0 }],
    tables: [
      {
        table: 'edw_x',
        state: 'live',
        receipts: { read: 3, written: 3, quarantined: 0 },
        keysInDoubt: { rows: 0, keys: [] },
      },
    ],
    troubles: [],
  });
}, 120_000);

it('has to be told which loads, in words that it understands; of none it says so', async () => {
  const made = await openHome();
  for (const [args, says] of [
    [[], /Nothing says which loads/],
    [['--load', 'x'], /"x" is no number of a load/],
    [['--load', '99', '--since', '2026-01-01T00:00'], /There is no load 99/],
    [['--reason', ''], /--reason is empty, which fits every load/],
    [['--reason', ' ', '--table', 'EDW.X'], /--reason is empty/],
    [['--since', '2026-02-30'], /"2026-02-30" is no time/],
    [['--until', 'yesterday'], /"yesterday" is no time/],
    [['--state', 'ready'], /Allowed choices are failed/],
    [['--table', 'EDW.Y'], /no contract of that name/],
  ] as const)
    expect(await made.run('replay', ...args)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(says) as string,
    });
  expect(await made.run('replay', '--reason', 'nowhere')).toMatchObject({
    code: 0,
    out: 'Nothing to take through again.\n',
  });
}, 120_000);

it('leaves what is on hold, and tells so, also when it only looks', async () => {
  const made = await home();
  await made.run('table', 'hold', 'EDW.X', '--why', 'vendor is asked');
  for (const [flags, says] of [
    [
      ['--dry-run'],
      /^held: edw_x: held by .*: vendor is asked\. .*table release EDW\.X\. 2 of its loads would not be sent back\n$/,
    ],
    [[], /^held: edw_x: .* 2 of its loads are not sent back\n$/],
  ] as const)
    expect(await made.run('replay', '--table', 'EDW.X', ...flags)).toEqual({
      code: 1,
      out: expect.stringMatching(says) as string,
      err: '',
    });
  expect(await json(made.run('replay', '--load', '1', '--json'))).toMatchObject({
    loads: [],
    held: [{ table: 'edw_x', loads: [1] }],
    tables: [],
  });
  const status = JSON.parse((await made.run('status', '--json')).out) as { loads: object }[];
  expect(status[0]?.loads).toEqual({ archived: 2 });
  await made.run('table', 'release', 'EDW.X');
  const late = await made.run('replay', '--load', '1', '--until', '2020-01-01');
  expect(late).toMatchObject({
    code: 0,
    err: expect.stringMatching(/load 1 cannot be sent back, or does not fit/) as string,
  });
}, 120_000);

it('cut off, it goes on when the same is asked again, and says how it ended', async () => {
  const made = await home();
  await contract(made, (text) => priced(text, true));
  const asked = ['replay', '--load', '2'];
  const cut = await startCommand({ ...made.variables, FARELAKE_FAILPOINT: 'load:unpacked' }, asked).ended;
  expect(cut.code).toBeNull();
  const again = await made.run(...asked);
  expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/^edw_x +live +1 /m) as string });
  const status = JSON.parse((await made.run('status', '--json')).out) as { loads: object }[];
  expect(status[0]?.loads).toEqual({ archived: 2 });
}, 120_000);

it('give-up wants a number and a reason, shows first what it would do, and says in status what was given up', async () => {
  const made = await home();
  for (const [args, says] of [
    [['--why', 'lost'], /required option '--load <id>'/],
    [['--load', 'x', '--why', 'lost'], /"x" is no number of a load/],
    [['--load', '2', '--why', ' '], /wants a reason/],
  ] as const)
    expect(await made.run('give-up', ...args)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(says) as string,
    });
  expect(await made.run('give-up', '--load', '2', '--dry-run')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/would be given up\n.*2 .*edw_x .*1 refused changes/s) as string,
  });
  expect((await made.run('status')).out).toMatch(/keys are in doubt: 4$/m);
  const given = await made.run('give-up', '--load', '2', '--load', '1', '--why', 'never delivered right', '--json');
  expect({ ...given, out: JSON.parse(given.out) as unknown }).toMatchObject({
    code: 1,
    out: {
      dryRun: false,
      loads: [{ id: 2, table: 'edw_x', state: 'archived', lost: 'changes', quarantined: 1 }],
      left: [{ id: 1, reason: 'nothing of it is open' }],
    },
  });
  const { out } = await made.run('status');
  expect(out).toMatch(/1 in the error zone$/m);
  expect(out).toMatch(/^given up: edw_x: 1 refused change of others$/m);
}, 120_000);
