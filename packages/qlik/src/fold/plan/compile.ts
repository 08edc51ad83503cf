/**
 * A fold, compiled for Spark: what `ingest/src/fold/run-fold.ts` does in conversation with DuckDB, as one program. There are no slices: Spark
 * spills. Which mode it is has been decided before; the receipt `fresh` tells afterwards whether it was wide enough.
 */
import {
  PLAN_VERSION,
  type Input,
  type OutputColumn,
  type Plan,
  type PlanColumn,
  type PlanFile,
  type Step,
} from '@farelake/plan';
import type { FoldRules } from '../rules.ts';
import { INPUT, RELATION, keyIn, list, q, sameKey } from '../sql/names.ts';
import { compileFold, foldsAgain, surveySql, type FoldMode, type FoldSql, type Relation } from '../sql/plan.ts';
import { gatherSteps } from './gather.ts';
import { placedSql, runsSql, type KeyTexts } from './place.ts';

/** A load of the generation that is in history. */
export interface PlanLoad {
  readonly loadId: number;
  /** Rank of its file among all of the generation. */
  readonly rank: number;
  /** Not yet in the current table. */
  readonly fresh: boolean;
}

export interface PlanSegment extends PlanFile {
  readonly lowestKey: KeyTexts;
}

export interface FoldPlanWork {
  readonly dataset: string;
  readonly attempt: string;
  readonly rules: FoldRules;
  readonly mode: FoldMode;
  /** There may be T events among those of the generation. */
  readonly truncates: boolean;
  readonly loads: readonly PlanLoad[];
  /** Files of history: in `append` at least those of the fresh loads, else those of all. */
  readonly history: readonly PlanFile[];
  /** Types in Spark. */
  readonly historyColumns: readonly PlanColumn[];
  /** Of the current table, in key order; none in `whole`. */
  readonly segments: readonly PlanSegment[];
  readonly columns: readonly OutputColumn[];
  /** Of segment files: absolute, ends in `/`. */
  readonly prefix: string;
  readonly notes: Readonly<Record<string, string>>;
  readonly segmentRows: number;
  /** Number that no segment had yet. */
  readonly nextSegment: number;
  readonly result: string;
}

export const BASE_OUTPUT = 'base';
export const SEGMENTS_INPUT = '@segments';
const HISTORY = '@history_files';
const ROWS = '@rows';
const RUN = '@run';

/** Modes after which no row of before is left where it was. */
export const writesAll = (mode: FoldMode): boolean => mode === 'whole' || mode === 'truncate';

export function compileFoldPlan(work: FoldPlanWork): Plan {
  const { dataset, attempt, rules, mode } = work;
  const fold = compileFold(rules, mode, { truncates: work.truncates, dialect: 'spark' });
  const slice = fold.slice('true');
  return {
    ...{ version: PLAN_VERSION, job: 'qlik_fold', dataset, attempt, dialect: 'spark' },
    inputs: inputs(work),
    steps: [
      ...historySteps(work),
      ...fold.changes.map(step),
      ...(fold.holds === undefined ? [] : [{ kind: 'check', name: 'holds', sql: fold.holds } as const]),
      ...(fold.keys === undefined ? [] : [step(fold.keys)]),
      ...(writesAll(mode) ? [] : placeSteps(work)),
      ...slice.folded.map(step),
      ...counts(slice, ''),
      { kind: 'view', relation: ROWS, sql: writesAll(mode) ? wholeSql(work) : touchedRowsSql(work) },
      { kind: 'write', output: BASE_OUTPUT },
      ...(foldsAgain(mode) ? beforeSteps(work) : []),
    ],
    outputs: [
      {
        ...{ name: BASE_OUTPUT, relation: ROWS, columns: work.columns, prefix: work.prefix, notes: work.notes },
        ...{ order: rules.key, rows: work.segmentRows, expectedRows: expected(work) },
        segments: { first: work.nextSegment, key: rules.key, run: RUN },
      },
    ],
    result: work.result,
  };
}

const step = ({ name, kind, sql }: Relation): Step => ({ kind, relation: name, sql });

const expected = ({ history, segments }: FoldPlanWork): number =>
  [...history, ...segments].reduce((sum, { rows }) => sum + rows, 0);

function inputs({ history, historyColumns, segments, columns, mode }: FoldPlanWork): Input[] {
  const own: Input = { kind: 'parquet', relation: HISTORY, columns: historyColumns, files: history };
  if (writesAll(mode) || segments.length === 0) return [own];
  const files = segments.map(({ uri, size, rows, sha256 }) => ({ uri, size, rows, sha256 }));
  const plain = columns.map(({ name, id, elementId, type }) =>
    elementId === undefined ? { name, id, type } : { name, id, elementId, type },
  );
  return [own, { kind: 'parquet', relation: SEGMENTS_INPUT, columns: plain, files, selected: true }];
}

/** `@files`, `@history` and, of a rebuild, `@keys`; receipts `fresh` and `all`. */
function historySteps({ rules, mode, loads }: FoldPlanWork): Step[] {
  const counted = mode === 'append' ? loads.filter(({ fresh }) => fresh) : loads;
  const rows = counted.map(({ loadId, rank, fresh }) => `(${loadId}, ${rank}, ${fresh})`);
  const files = `SELECT CAST(load_id AS BIGINT) AS load_id, CAST(file AS INT) AS file, fresh
FROM (VALUES ${rows.join(', ')}) f(load_id, file, fresh)`;
  const survey = (name: string, relation: string, which: string): Step => ({
    ...{ kind: 'receipt', name },
    sql: surveySql(
      `(SELECT h.* FROM ${q(relation)} h WHERE h."_load_id" IN (SELECT load_id FROM ${q(INPUT.files)}${which}))`,
    ),
  });
  const history: Step[] = foldsAgain(mode)
    ? gatherSteps(rules, mode, q(HISTORY))
    : [{ kind: 'view', relation: INPUT.history, sql: `SELECT * FROM ${q(HISTORY)} h` }];
  return [
    { kind: 'table', relation: INPUT.files, sql: files },
    survey('fresh', HISTORY, ' WHERE fresh'),
    ...history,
    survey('all', INPUT.history, ''),
  ];
}

/** Which segments are opened: those that a changed key falls into. In `append` the current rows of the keys besides. */
function placeSteps({ rules, mode, segments, columns }: FoldPlanWork): Step[] {
  const types = rules.key.map((name) => columns.find((column) => column.name === name)?.type ?? 'STRING');
  const names = list(rules.key);
  // A B alone changes nothing, and is a conflict if it came twice with other values.
  const befores = `SELECT ${names} FROM ${q(RELATION.updates)} WHERE "@op" = 'B'`;
  const keys = mode === 'append' ? `(SELECT ${names} FROM ${q(RELATION.keys)} UNION ${befores})` : q(RELATION.keys);
  const lowest = segments.map(({ lowestKey }) => lowestKey);
  const steps: Step[] = [
    { kind: 'table', relation: '@placed', sql: placedSql(rules, types, keys, lowest) },
    { kind: 'table', relation: '@runs', sql: runsSql() },
  ];
  if (segments.length > 0) steps.push({ kind: 'select', input: SEGMENTS_INPUT, sql: 'SELECT place FROM "@runs"' });
  if (mode === 'append')
    steps.push({ kind: 'view', relation: INPUT.current, sql: currentSql(rules, columns, segments) });
  return steps;
}

function currentSql(rules: FoldRules, columns: readonly OutputColumn[], segments: readonly PlanSegment[]): string {
  if (segments.length > 0) {
    const names = list(
      columns.map(({ name }) => name),
      's',
    );
    return `SELECT ${names} FROM ${q(SEGMENTS_INPUT)} s WHERE ${keyIn(rules, 's', RELATION.keys)}`;
  }
  const none = columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${q(name)}`);
  return `SELECT ${none.join(', ')} FROM ${q(INPUT.files)} WHERE false`;
}

const wholeSql = ({ columns }: FoldPlanWork): string =>
  `SELECT ${list(columns.map(({ name }) => name))}, 0 AS ${q(RUN)} FROM ${q(RELATION.folded)} WHERE "@alive"`;

/** The rows of the opened segments with those of `@keys` taken out and the living ones of `@folded` put in. */
function touchedRowsSql({ rules, columns, segments }: FoldPlanWork): string {
  const names = columns.map(({ name }) => name);
  const incoming = `SELECT ${list(names, 'f')}, r.run AS ${q(RUN)} FROM ${q(RELATION.folded)} f
JOIN "@placed" p ON ${sameKey(rules, 'f', 'p')} JOIN "@runs" r ON p."@segment" = r.place WHERE f."@alive"`;
  if (segments.length === 0) return incoming;
  return `SELECT ${list(names, 's')}, r.run AS ${q(RUN)} FROM ${q(SEGMENTS_INPUT)} s
JOIN "@runs" r ON s."@place" = r.place WHERE NOT ${keyIn(rules, 's', RELATION.keys)}
UNION ALL
${incoming}`;
}

/** What was counted of the same keys before: a rebuild counts the difference. */
function beforeSteps({ rules, mode, truncates }: FoldPlanWork): Step[] {
  const before = compileFold(rules, mode, { truncates, before: true, dialect: 'spark' });
  const slice = before.slice('true');
  return [...before.changes.map(step), ...slice.folded.map(step), ...counts(slice, '_before')];
}

const counts = ({ counters, conflicts }: ReturnType<FoldSql['slice']>, suffix: string): Step[] => [
  { kind: 'receipt', name: `counters${suffix}`, sql: counters },
  { kind: 'receipt', name: `conflicts${suffix}`, sql: conflicts },
];
