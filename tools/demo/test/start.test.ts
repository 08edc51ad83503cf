/** `npm start` as a person meets it: first run, second run, Ctrl-C, and the commands that it says to try next. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCheckout, REPOSITORY, type Checkout, type Ran } from './support/checkout.ts';

jest.setTimeout(120_000);

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
    expect(figures(second)).toEqual(expectedFigures);
    expect(answers(second)).toBe(answers(first));
  });

  test("uses the repository's contracts, whatever FARELAKE_REGISTRY says, and says so", async () => {
    const ran = await checkout.sh('FARELAKE_REGISTRY=.farelake/none npm start');
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.err).toContain("npm start uses the repository's contracts");
    expect(figures(ran)).toEqual(expectedFigures);
  });

  test('what it says to try next works as it stands, down last', async () => {
    const commands = first.out.split('\n').flatMap((line) => /^ {2}(npx farelake .*?) {2}# /.exec(line)?.[1] ?? []);
    expect(commands.length).toBeGreaterThanOrEqual(4);
    expect(commands.at(-1)).toBe('npx farelake down');
    for (const command of commands) {
      const ran = await checkout.sh(command);
      expect({ command, code: ran.code, empty: ran.out === '' }).toEqual({ command, code: 0, empty: false });
    }
  });
});

test('Ctrl-C in the middle: exit 130, nothing left half done, and the next run ends as ever', async () => {
  const checkout = makeCheckout();
  const stage = path.join(checkout.home, 'stage');
  try {
    const stopped = await checkout.sh('exec node tools/demo/bin/start.js', async (signal) => {
      while (!existsSync(stage)) await sleep(10);
      signal('SIGINT');
      // npm passes on what the terminal has sent to all already: not a second Ctrl-C.
      signal('SIGINT');
    });
    expect(stopped).toMatchObject({ code: 130 });
    expect(stopped.err).toContain('Nothing is lost');
    expect(readdirSync(path.join(checkout.home, 'scratch'))).toEqual([]);
    const next = await checkout.sh('npm start');
    expect(next).toMatchObject({ code: 0 });
    expect(figures(next)).toEqual(expectedFigures);
  } finally {
    await checkout.remove();
  }
});
