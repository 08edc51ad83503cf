/** `npm start` as a person meets it: first run, second run, Ctrl-C, and the commands that it says to try next. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDatasetKey } from '@farelake/dmap';
import { csvGz } from '@farelake/dmap/testing';
import type { Compared } from '@farelake/sample-data';
import { makeCheckout, REPOSITORY, type Checkout, type Ran } from './support/checkout.ts';

jest.setTimeout(120_000);

/** As where development dependencies were left out. */
const WITHOUT_AZURITE = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.startsWith('@azure/')) return next(specifier, context);
      throw Object.assign(new Error("Cannot find package '" + specifier + "'"), { code: 'ERR_MODULE_NOT_FOUND' });
    },
  });`;

interface Expected {
  readonly [table: string]: { readonly rows: number; readonly orphans: number };
}

const expected = JSON.parse(readFileSync(path.join(REPOSITORY, 'sample_data/expected.json'), 'utf8')) as Expected;

/** Rows and orphans of each table, read off the printed summary. */
function figures({ out }: Ran): Record<string, { rows: number; orphans: number }> {
  const number = (text = ''): number => (text === '·' ? 0 : Number(text.replaceAll(',', '')));
  const lines = out.split('\n').map((line) => line.trim().split(/\s+/));
  const tables = lines.filter(([name, , , ...more]) => name !== undefined && name in expected && more.length === 6);
  return Object.fromEntries(tables.map((line) => [line[0] ?? '', { rows: number(line[1]), orphans: number(line[8]) }]));
}

const expectedFigures = Object.fromEntries(
  Object.entries(expected).map(([table, { rows, orphans }]) => [table, { rows, orphans }]),
);

/** Datasets, downloads and rows of each set behind the API, read off the printed summary. */
function setFigures({ out }: Ran): Record<string, number[]> {
  const from = out.indexOf("Sets behind the vendor's API");
  const lines = from < 0 ? [] : out.slice(from, out.indexOf('The busiest')).split('\n');
  const sets = lines.map((line) => line.trim().split(/\s+/)).filter((line) => line.at(-1)?.startsWith('dmap_'));
  const numbers = (line: string[]) => line.slice(1, 4).map((text) => Number(text.replaceAll(',', '')));
  return Object.fromEntries(sets.map((line) => [line[0] ?? '', numbers(line)]));
}

interface ExpectedTaps extends Record<'events' | 'records' | 'repeated' | 'rows' | 'ids' | 'tombstones', number> {
  readonly quarantine: Record<string, number>;
  readonly stops: Record<string, number>;
  readonly reconciliation: readonly Compared[];
}

const taps = JSON.parse(readFileSync(path.join(REPOSITORY, 'sample_data/taps/expected.json'), 'utf8')) as ExpectedTaps;
const poison = Object.values(taps.quarantine).reduce((sum, n) => sum + n, 0);
const compared = taps.reconciliation.filter(
  ({ source, service_date: day }) => source === 'edw_fare_transaction' && day === '2026-02-28',
);

/** Records in quarantine by reason, read off the printed summary. */
function refused({ out }: Ran): Record<string, number> {
  const [, lines = ''] = /that are no taps, in quarantine\n.*\n.*\n((?: +[a-z0-9-]+ +\d+\n)+)/.exec(out) ?? [];
  return Object.fromEntries([...lines.matchAll(/([a-z0-9-]+) +(\d+)\n/g)].map(([, name = '', n]) => [name, Number(n)]));
}

const SETS = ['agg_daily_fareprod', 'agg_daily_transfers_station', 'agg_hourly_entry_exit_count', 'citation'];
const setsWith = (figures: number[]) => Object.fromEntries(SETS.map((set) => [set, figures]));

/** The answers to the example queries, without what differs from run to run. */
const answers = ({ out }: Ran): string => out.slice(out.indexOf('The busiest'), out.indexOf('Where it lies'));

describe('npm start', () => {
  let checkout: Checkout;
  let first: Ran;

  beforeAll(async () => {
    checkout = makeCheckout();
    first = await checkout.sh('npm start');
  });
  afterAll(() => checkout.remove());

  test('loads the sample feed and shows what sample_data/expected.json says', () => {
    expect(first).toMatchObject({ code: 0 });
    expect(first.out).toContain('sample_data/cubic: 84 objects found, 84 new; 42 data files with');
    expect(figures(first)).toEqual(expectedFigures);
  });

  test('counts the changes by operation, each once', async () => {
    const { out } = await checkout.sh(
      `npx farelake query "SELECT header__change_oper AS oper, count(*) AS n FROM edw_product_history GROUP BY ALL" --format json`,
    );
    const counted = Object.fromEntries(
      (JSON.parse(out) as { oper: string; n: number }[]).map(({ oper, n }) => [oper, String(n)]),
    );
    const line = first.out.split('\n').find((text) => text.trim().startsWith('edw_product ')) ?? '';
    const [, , ...shown] = line.trim().split(/\s+/);
    expect(shown.slice(0, 6)).toEqual(['L', 'I', 'U', 'D', 'B', 'T'].map((oper) => counted[oper] ?? '·'));
    expect(counted['T']).toBe('1');
  });

  test('answers its example queries: names as delivered, the moves of a card', () => {
    expect(answers(first)).toMatch(/Quarry Cross ⛴️ +\d+ +\d+\.\d{4}/);
    for (const row of [/L +NULL +tok_431a/, /B .* tok_431a/, /U .* tok_d345/, /B .* tok_d345/, /U .* tok_1573/])
      expect(answers(first)).toMatch(row);
  });

  test('syncs sets from a stand-in of the vendor, which has ended, and asks over both feeds', async () => {
    expect(first.out).toContain("a stand-in of the vendor's API: 24 datasets listed, 24 downloaded; 4,800 rows loaded");
    expect(setFigures(first)).toEqual(setsWith([6, 6, 1200]));
    expect(answers(first)).toMatch(/2026-03-01 +242 +627\.6500 +\d{5,} +\d+\n/);
    expect(checkout.blobServices()).toEqual([]);
    const { out } = await checkout.sh(
      'npx farelake query "SELECT count(*) AS n, count(DISTINCT dataset_id) AS ids FROM dmap_citation" --format json',
    );
    expect(JSON.parse(out)).toEqual([{ n: 1200, ids: 6 }]);
  });

  test('hands recorded events of a topic to the function, and shows them by stop and beside the database', async () => {
    expect(first.out).toContain(
      `${taps.events} recorded events of a Kafka topic, handed to the Lambda function's code: ${taps.records} records, ${taps.repeated} of them known already; ${taps.rows} rows, ${poison} in quarantine, ${taps.tombstones} tombstones`,
    );
    expect(refused(first)).toEqual(taps.quarantine);
    expect(first.out).toContain('6 partitions; 3 offsets between others never came');
    // The stop that most taps were made at, with its name.
    const most = Math.max(...Object.values(taps.stops));
    expect(answers(first)).toMatch(new RegExp(`stop_name +taps +cards\\n.*\\n +\\w[^\\n]* ${most} +\\d+\\n`));
    for (const { device_id, taps: told, transactions, seen } of compared)
      expect(answers(first)).toMatch(new RegExp(`${device_id} +${told} +${transactions} +${seen} `));
    const { out } = await checkout.sh(
      'npx farelake query "SELECT count(*) AS n, count(DISTINCT tap_id) AS ids FROM taps" --format json',
    );
    expect(JSON.parse(out)).toEqual([{ n: taps.rows, ids: taps.ids }]);
  });

  test('names a Parquet file that is there, and uses no colour off a terminal', () => {
    const [, file = ''] = /for example (\S+\.parquet)/.exec(first.out) ?? [];
    expect(existsSync(path.join(checkout.folder, file))).toBe(true);
    // eslint-disable-next-line no-control-regex -- the escape character is what must not be there
    expect(first.out).not.toMatch(/\u001B/);
  });

  test('the second time nothing is new and the summary is the same', async () => {
    const second = await checkout.sh('npm start');
    expect(second).toMatchObject({ code: 0 });
    expect(second.out).toContain('84 objects found, all known already: nothing new, nothing loaded');
    expect(second.out).toContain('24 datasets known already: nothing new, nothing downloaded');
    expect(second.out).toContain(`${taps.records} records known already: nothing new, nothing written`);
    expect(refused(second)).toEqual(taps.quarantine);
    expect(setFigures(second)).toEqual(setsWith([6, 0, 1200]));
    expect(figures(second)).toEqual(expectedFigures);
    expect(answers(second)).toBe(answers(first));
  });

  test("uses the repository's contracts, whatever FARELAKE_REGISTRY says, and says so", async () => {
    const ran = await checkout.sh('FARELAKE_REGISTRY=.farelake/none npm start');
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.err).toContain("npm start uses the repository's contracts");
    expect(figures(ran)).toEqual(expectedFigures);
  });

  test('asks the stand-in, whatever DMAP_… says, and says so without the values', async () => {
    const ran = await checkout.sh('DMAP_BASE_URL=https://127.0.0.1:1/api DMAP_PUBLIC_KEY=not-to-be-shown npm start');
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.err).toContain('DMAP_BASE_URL, DMAP_PUBLIC_KEY count for the other commands only');
    expect(ran.out + ran.err).not.toContain('not-to-be-shown');
    expect(setFigures(ran)).toEqual(setsWith([6, 0, 1200]));
  });

  test('without the parts of the stand-in it says so, shows the rest and ends with 1', async () => {
    const hook = path.join(checkout.folder, 'without-azurite.mjs');
    writeFileSync(hook, WITHOUT_AZURITE);
    const ran = await checkout.sh(`NODE_OPTIONS='--import ${hook}' npm start`);
    expect(ran).toMatchObject({ code: 1 });
    expect(ran.err).toMatch(/DMAP is left out: the stand-in .* did not start: Cannot find package '@azure/);
    expect(figures(ran)).toEqual(expectedFigures);
    expect(setFigures(ran)).toEqual({});
  });

  test('what it says to try next works as it stands, down last', async () => {
    const commands = first.out.split('\n').flatMap((line) => /^ {2}(npx farelake .*?) {2}# /.exec(line)?.[1] ?? []);
    expect(commands.length).toBeGreaterThanOrEqual(5);
    expect(commands).toContain('npx farelake dmap show agg_daily_fareprod');
    expect(commands.at(-1)).toBe('npx farelake down');
    for (const command of commands) {
      const ran = await checkout.sh(command);
      expect({ command, code: ran.code, empty: ran.out === '' }).toEqual({ command, code: 0, empty: false });
    }
  });
});

describe('Ctrl-C', () => {
  let checkout: Checkout;
  beforeAll(() => {
    checkout = makeCheckout();
  });
  afterAll(() => checkout.remove());

  const moments: readonly (readonly [string, () => boolean])[] = [
    ['the sample feed is loaded', () => existsSync(path.join(checkout.home, 'stage'))],
    ['the stand-in starts', () => checkout.blobServices().length > 0],
    ['datasets are fetched', () => existsSync(path.join(checkout.home, 'incoming/cubic/dmap'))],
  ];

  test.each(moments)('while %s: exit 130, nothing left half done, no process left', async (_, isNow) => {
    const stopped = await checkout.sh('exec node tools/demo/bin/start.js', async (signal) => {
      for (const end = Date.now() + 60_000; !isNow() && Date.now() < end;) await sleep(10);
      signal('SIGINT');
      // npm passes on what the terminal has sent to all already: not a second Ctrl-C.
      signal('SIGINT');
    });
    expect(stopped).toMatchObject({ code: 130 });
    expect(stopped.err).toContain('Nothing is lost');
    expect(readdirSync(path.join(checkout.home, 'scratch'))).toEqual([]);
    expect(checkout.blobServices()).toEqual([]);
  });

  test('and the next run ends as ever', async () => {
    const next = await checkout.sh('npm start');
    expect(next).toMatchObject({ code: 0 });
    expect(figures(next)).toEqual(expectedFigures);
    for (const set of SETS) expect(setFigures(next)[set]).toEqual([6, expect.any(Number), 1200]);
  });
});

test("a home with datasets of the vendor's own gets no invented ones", async () => {
  const checkout = makeCheckout();
  try {
    const key = { set: 'citation', datasetId: 'real', startDate: '2026-01-05', endDate: '2026-01-05' };
    const file = path.join(
      checkout.folder,
      'own',
      formatDatasetKey({ ...key, lastUpdated: '2026-01-06T12:00:00.000000000' }),
    );
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, csvGz(['id'], [['a']]));
    expect(await checkout.sh('npx farelake ingest own')).toMatchObject({ code: 0 });
    const ran = await checkout.sh('npm start');
    expect(ran).toMatchObject({ code: 1 });
    expect(ran.err).toContain('datasets of dmap_citation that are not invented');
    expect(figures(ran)).toEqual(expectedFigures);
    const { out } = await checkout.sh('npx farelake query "SELECT dataset_id FROM dmap_citation" --format json');
    expect(JSON.parse(out)).toEqual([{ dataset_id: 'real' }]);
  } finally {
    await checkout.remove();
  }
});

test("a home with records of another topic's gets none of the sample's", async () => {
  const checkout = makeCheckout();
  try {
    const own = 'KAFKA_CLUSTER=own npx farelake taps replay -';
    expect(await checkout.sh(`head -1 sample_data/taps/events.jsonl | ${own}`)).toMatchObject({ code: 0 });
    const before = await checkout.sh('npx farelake query "SELECT count(*) AS n FROM taps" --format json');
    const ran = await checkout.sh('npm start');
    expect(ran).toMatchObject({ code: 1 });
    expect(ran.err).toContain("the table taps of this home has records that are not the sample's");
    expect(figures(ran)).toEqual(expectedFigures);
    expect(setFigures(ran)).toEqual(setsWith([6, 6, 1200]));
    expect(ran.out).not.toContain('tap_reconciliation');
    const { out } = await checkout.sh('npx farelake query "SELECT count(*) AS n FROM taps" --format json');
    expect(out).toBe(before.out);
  } finally {
    await checkout.remove();
  }
});
