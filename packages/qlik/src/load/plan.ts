/** A load, compiled for another engine: the objects of one batch become files of history. */
import {
  MISFIT,
  PLAN_VERSION,
  typedSteps,
  type CsvObject,
  type Input,
  type OutputColumn,
  type Plan,
  type PlanDialect,
} from '@farelake/plan';
import { HMAC_KEY_RELATION, type Contract } from '@farelake/schema-registry';
import type { Dfm } from '../dfm/dfm.ts';
import { projectChanges, projectSnapshot } from './projection.ts';

export interface LoadWork {
  readonly contract: Contract;
  readonly kind: 'snapshot' | 'changes';
  /** Of every object of the batch: they are written alike. */
  readonly dfm: Dfm;
  readonly objects: readonly CsvObject[];
  /** Rows that are announced, of all objects. */
  readonly rows: number;
  readonly attempt: string;
  /** Of history, with their ids; types in the dialect. */
  readonly columns: readonly OutputColumn[];
  /** Of files: absolute, without what tells them apart. */
  readonly prefix: string;
  readonly notes: Readonly<Record<string, string>>;
  readonly result: string;
  /** Id of the key, of a contract that hashes. */
  readonly keyId?: string | undefined;
  /** Bytes of text that one object may have. */
  readonly unpackLimit: number;
  readonly dialect?: PlanDialect;
}

/** Rows of a file: some 100 MB of fare facts, which readers take a part each of. */
const FILE_ROWS = 2_000_000;

const TEXT = '@text';
const TYPED = '@typed';
export const HISTORY_OUTPUT = 'history';

/** The receipt `rows`: per load its rows in the files and the lowest and highest line of them. */
export function compileLoadPlan(work: LoadWork): Plan {
  const { contract, dfm, kind, dialect = 'spark' } = work;
  const project = kind === 'snapshot' ? projectSnapshot : projectChanges;
  const fields = dfm.columns.length;
  const steps = typedSteps({ text: TEXT, relation: TYPED, fields, columns: project(contract, dfm, dialect) });
  return {
    ...{ version: PLAN_VERSION, job: 'qlik_load', dataset: contract.dataset, attempt: work.attempt, dialect },
    inputs: [textInput(work, fields), ...keyInputs(work)],
    steps: [...steps, { kind: 'write', output: HISTORY_OUTPUT }, { kind: 'receipt', name: 'rows', sql: rowsByLoadSql }],
    outputs: [
      {
        ...{ name: HISTORY_OUTPUT, relation: TYPED, columns: work.columns, prefix: work.prefix, notes: work.notes },
        // As they were delivered: objects are read one after the other, each by one task.
        ...{ order: [], rows: FILE_ROWS, expectedRows: work.rows, guard: MISFIT },
      },
    ],
    result: work.result,
  };
}

const rowsByLoadSql = `SELECT "_load_id" AS load, count(*) AS rows, min("_line") AS lowest, max("_line") AS highest
FROM "${HISTORY_OUTPUT}" GROUP BY "_load_id" ORDER BY "_load_id"`;

const textInput = ({ dfm, objects, unpackLimit }: LoadWork, fields: number): Input => {
  const { fieldDelimiter, quoteChar, escapeChar, nullValue } = dfm.format;
  const header = dfm.columns.map(({ name }) => name);
  const format = { fieldDelimiter, quoteChar, escapeChar, nullValue };
  return { kind: 'csv', relation: TEXT, fields, format, header, objects, unpackLimit };
};

const keyInputs = ({ keyId }: LoadWork): Input[] =>
  keyId === undefined ? [] : [{ kind: 'key', relation: HMAC_KEY_RELATION, id: keyId }];
