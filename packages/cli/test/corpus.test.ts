/**
 * Proves of every case in test-corpus, found by directory, what its expected.json says: how ingest ends and what it says,
 * what status says, which rows the table has; with the bad delivery, and after the right one has come.
 *
 * One home for all: what one table's files do may show with no other. Those that end well are ingested first, so that
 * the exit code is theirs; then the others beside them; then what is delivered anew. FARELAKE_CASES='^dfm' runs these only.
 */
import { isTroubled, type TableStatus } from '@farelake/ingest';
import { readCases, type Case, type Expected, type Step } from './corpus/cases.ts';
import { ingestAll, inThisProcess, writeContracts, type Corpus, type Outcome } from './corpus/run.ts';
import { closeHomes, openHome } from './support/command.ts';

const isNotYet = ({ expected }: Step): boolean => expected.notYet !== undefined;

const isRoot = process.getuid?.() === 0;
const wanted = process.env['FARELAKE_CASES'];
const cases = readCases()
  .filter(({ steps }) => !isRoot || steps[0].recipe.notAsRoot !== true)
  .filter(({ name }) => wanted === undefined || new RegExp(wanted).test(name));
const apart = cases.filter(({ steps }) => steps[0].recipe.apart === true);
const together = cases.filter((one) => !apart.includes(one));
const ending = (exit: 0 | 1) => together.filter(({ steps }) => steps[0].expected.exit === exit && !isNotYet(steps[0]));
const notYet = together.filter(({ steps }) => isNotYet(steps[0]));

/** By case: of the bad delivery, and of the next one. */
const first = new Map<Case, Outcome>();
const second = new Map<Case, Outcome>();
let last: Outcome;

async function work(corpus: Corpus, those: readonly Case[]): Promise<void> {
  const outcome = await ingestAll(corpus, new Map(those.map((one) => [one, one.steps[0]])));
  for (const one of those) first.set(one, outcome);
}

async function heal(corpus: Corpus): Promise<Outcome> {
  const steps = new Map(corpus.cases.flatMap((one) => (one.steps[1] === undefined ? [] : [[one, one.steps[1]]])));
  const outcome = await ingestAll(corpus, steps);
  for (const one of steps.keys()) second.set(one, outcome);
  return outcome;
}

async function open(those: readonly Case[]): Promise<Corpus> {
  // Less than a bomb of the corpus unpacks to, more than anything else in it.
  const home = await openHome({ FARELAKE_UNPACK_LIMIT: '80 MB' });
  const corpus = { home, cases: those };
  await writeContracts(corpus);
  return corpus;
}

// Not a matter of time: long enough for a machine that is busy with ten other things.
const PATIENCE = 3_600_000;

beforeAll(async () => {
  const corpus = await open(together);
  for (const those of [ending(0), [...ending(1), ...notYet]]) await work(corpus, those);
  last = await heal(corpus);
  for (const one of apart) {
    const { home, ...own } = await open([one]);
    const alone = { ...own, home: inThisProcess(home) };
    await work(alone, [one]);
    if (one.steps[1] !== undefined) await heal(alone);
  }
}, PATIENCE);
afterAll(closeHomes, PATIENCE);

(wanted === undefined ? it : it.skip)('there are at least 60 cases, each with a table of its own', () => {
  expect(cases.length).toBeGreaterThanOrEqual(60);
  expect(new Set(cases.map(({ dataset }) => dataset)).size).toBe(cases.length);
});

it.each([0, 1] as const)('ingest ends with %s for the cases that expect it', (exit) => {
  for (const one of ending(exit)) expect(first.get(one)?.ran.code).toBe(exit);
});

describe.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
  const [bad, then] = one.steps;
  const prove = (step: Step) => (isNotYet(step) ? it.failing : it);
  prove(bad)('ends, is told and shown as expected', () => {
    const outcome = first.get(one)!;
    expectEnd(one, bad.expected, outcome);
    expectTold(one, bad.expected, outcome);
    expectShown(one, bad.expected, outcome);
    expectSetApart(one, bad.expected, outcome);
  });
  if (then !== undefined)
    prove(then)('becomes what is expected when the next delivery comes', () => {
      expectShown(one, then.expected, second.get(one)!);
    });
  else if (!apart.includes(one))
    it('stays so when it is tried again', () => {
      expect(last.status.get(one.dataset)).toEqual(first.get(one)!.status.get(one.dataset));
    });
});

/** Of a table among others, the exit code is what its state makes it. */
function expectEnd(one: Case, { exit }: Expected, { ran, status }: Outcome): void {
  const table = status.get(one.dataset) as TableStatus | undefined;
  if (apart.includes(one)) expect(ran.code).toBe(exit);
  else expect(table !== undefined && isTroubled(table) ? 1 : 0).toBe(exit);
}

/** Lines of `ingest` about something that is not done. */
const TROUBLE = /^(failed|waiting for \w+|waiting|held|failing|unreadable|not published): /;

function expectTold(one: Case, { says, notes = [] }: Expected, { ran }: Outcome): void {
  const lines = `${ran.out}${ran.err}`.split('\n').filter((line) => apart.includes(one) || isAbout(one, line));
  const told = lines.map((line) => shortened(one, line));
  const expected = says.map((words) => expect.stringContaining(words) as string);
  expect(told.filter((line) => TROUBLE.test(line))).toEqual(expected);
  for (const words of notes) expect(told).toContainEqual(expect.stringContaining(words));
}

function isAbout({ table, dataset, steps }: Case, line: string): boolean {
  const folders = steps[0].recipe.deliver.map(({ folder }) => folder ?? table);
  const names = [...folders.flatMap((folder) => [`/${folder}/`, `/${folder}__ct/`]), `: ${dataset}: `];
  return names.some((words) => line.includes(words)) || line.startsWith(`${dataset}: `);
}

function expectShown(one: Case, { says, status, rows }: Expected, outcome: Outcome): void {
  const { reason = reasonIn(says[0]), ...fields } = status;
  const { reason: shown, ...table } = outcome.status.get(one.dataset) ?? {};
  expect({ table, rows: outcome.rows.get(one.name) }).toMatchObject({ table: fields, ...(rows && { rows }) });
  if (typeof reason === 'string') expect(shortened(one, String(shown))).toContain(reason);
  else expect(shown).toBe(reason);
}

/** What fails lies in the error zone with the code of its error; a code that is expected of nothing is a mistake here. */
function expectSetApart(one: Case, { errors = [], refused = [] }: Expected, { errorZone }: Outcome): void {
  expect(errorZone.get(one.name)).toEqual({ codes: errors, rows: refused });
}

/** What stands behind `failed: <file>: `; of a table without troubles, null. */
const reasonIn = (line: string | undefined): string | null => line?.replace(/^[^:]*: [^:]*: /, '') ?? null;

/** Without what stands before the file's name. */
const shortened = ({ table, name }: Case, line: string): string =>
  [`cubic/ods_qlik/${table}`, `${name}/${table}`].reduce(
    (text, place) => text.replaceAll(`${place}/`, '').replaceAll(`${place}__ct/`, ''),
    line,
  );
