/** The command line on the corpus: one ingest of many cases, then status and query. */
import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import { writeContract } from '@farelake/ingest';
import { quoteIdentifier, quoteLiteral } from '@farelake/schema-registry';
import { readEnvironment } from '../../src/environment.ts';
import { createProgram } from '../../src/program.ts';
import type { Home, Ran } from '../support/command.ts';
import type { Case, Step } from './cases.ts';
import { readErrorZone, type ErrorZone } from './error-zone.ts';
import { copyDelivered, layOut } from './lay-out.ts';

export interface Corpus {
  readonly home: Home;
  readonly cases: readonly Case[];
}

export interface Outcome {
  /** What the ingest said, and its exit code. */
  readonly ran: Ran;
  /** By table, as `status --json` shows it. */
  readonly status: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** By case. */
  readonly rows: ReadonlyMap<string, readonly (readonly (string | null)[])[]>;
  /** By case. */
  readonly errorZone: ReadonlyMap<string, ErrorZone>;
}

const incoming = ({ home }: Corpus): string => path.join(home.folder, 'incoming');

/** Contracts of all cases, in the home's registry. */
export async function writeContracts({ home, cases }: Corpus): Promise<void> {
  const registry = path.join(home.folder, 'registry');
  await mkdir(registry, { recursive: true });
  for (const { contract } of cases) if (contract !== undefined) await writeContract(registry, contract);
}

async function deliver(corpus: Corpus, one: Case, { folder, recipe, delivered }: Step): Promise<void> {
  const place = path.join(incoming(corpus), one.name);
  await mkdir(place, { recursive: true });
  await layOut(recipe, one.table, place);
  await copyDelivered(folder, place, delivered);
}

/** Delivers the step of each of these cases, ingests everything that lies there, and looks at what became of these. */
export async function ingestAll(corpus: Corpus, steps: ReadonlyMap<Case, Step>): Promise<Outcome> {
  for (const [one, step] of steps) await deliver(corpus, one, step);
  const ran = await corpus.home.run('ingest', incoming(corpus));
  const zone = path.join(corpus.home.folder, 'home/error');
  const errorZone = new Map([...steps.keys()].map(({ name, table }) => [name, readErrorZone(zone, table)]));
  return { ran, status: await statusOf(corpus), rows: await rowsOf(corpus, steps), errorZone };
}

async function statusOf({ home }: Corpus): Promise<Outcome['status']> {
  const { code, out, err } = await home.run('status', '--json');
  if (code !== 0) throw new Error(`status: ${err}`);
  return new Map((JSON.parse(out) as { table: string }[]).map((table) => [table.table, table]));
}

/** One question for all, because the views of all tables are made for each. */
async function rowsOf({ home }: Corpus, steps: ReadonlyMap<Case, Step>): Promise<Outcome['rows']> {
  const parts = [...steps].flatMap(([one, { expected }]) => {
    if (one.contract === undefined || expected.rows === undefined) return [];
    const rows = `SELECT to_json(list(row ORDER BY row)) FROM (${expected.sql ?? rowsSql(one)}) t(row)`;
    return [`SELECT ${quoteLiteral(one.name)} AS name, CAST((${rows}) AS VARCHAR) AS rows`];
  });
  if (parts.length === 0) return new Map();
  const { code, out, err } = await home.run('query', parts.join('\nUNION ALL '), '--format', 'json');
  if (code !== 0) throw new Error(`query: ${err}`);
  const answer = JSON.parse(out) as { name: string; rows: string | null }[];
  return new Map(answer.map(({ name, rows }) => [name, JSON.parse(rows ?? '[]') as (string | null)[][]]));
}

function rowsSql({ dataset, contract }: Case): string {
  const texts = (contract?.columns ?? []).map(({ name }) => `CAST(${quoteIdentifier(name)} AS VARCHAR)`);
  return `SELECT [${texts.join(', ')}] FROM ${quoteIdentifier(dataset)}`;
}

/** The command in this process. */
async function runHere(variables: NodeJS.ProcessEnv, args: readonly string[]): Promise<Ran> {
  const said = { out: '', err: '' };
  const terminal = {
    print: (line: string) => void (said.out += `${line}\n`),
    note: (line: string) => void (said.err += `${line}\n`),
    progress: () => undefined,
  };
  const { signal } = new AbortController();
  const code = await createProgram({ environment: readEnvironment(variables), terminal, signal }).run(args);
  return { code, ...said };
}

/** The same home, in which only `query`, which writes to standard output by itself, costs a process. */
export const inThisProcess = (home: Home): Home => ({
  ...home,
  run: (...args) => (args[0] === 'query' ? home.run(...args) : runHere(home.variables, args)),
});
