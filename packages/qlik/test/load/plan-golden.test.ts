/**
 * The plan of a load, and DuckDB's SQL of the same columns beside it, for a contract with every type, a mask, a hash, a column that is
 * dropped and one that the file lacks. UPDATE_GOLDEN=1 writes the expectations.
 */
import { expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatPlan, readPlan } from '@farelake/plan';
import type { Contract, ContractColumn } from '@farelake/schema-registry';
import { compileLoadPlan, projectChanges, projectSnapshot, type Dfm } from '../../src/index.ts';

const TYPES = [
  'bigint',
  'string',
  'decimal(38,10)',
  'double',
  'boolean',
  'date',
  'timestamp',
  'time',
  'binary',
  'string',
  'string',
  'bigint',
];
const SOURCES = [
  'INT8',
  'WSTRING',
  'NUMERIC',
  'REAL8',
  'BOOLEAN',
  'DATE',
  'DATETIME',
  'TIME',
  'BYTES',
  'WSTRING',
  'WSTRING',
  'INT8',
];
const column = (type: string, index: number): ContractColumn => ({
  ...{ id: 101 + index, name: `c${index}`, sourceName: `C${index}`, type, nullable: index > 0, description: '' },
  classification: index === 9 ? 'personal' : 'internal',
  treatment: index === 9 ? 'hmac' : index === 10 ? 'drop' : 'keep',
});
const contract: Contract = {
  ...{ feed: 'qlik', dataset: 'edw_every', source: { schema: 'EDW', table: 'EVERY' }, version: 1, key: ['c0'] },
  columns: TYPES.map(column),
  ...{ lastColumnId: 112, cdc: { updateImage: 'sparse', beforeImage: 'none' }, layout: {} },
  ...{ publish: { postgres: true }, owner: 'tests' },
};

const format = { fieldDelimiter: ',', quoteChar: '"', escapeChar: '', nullValue: '' };
function dfmOf(kind: 'snapshot' | 'changes'): Dfm {
  const own = TYPES.slice(0, -1).map((_, index) => ({
    name: `C${index}`,
    type: SOURCES[index],
    precision: 38,
    scale: 10,
  }));
  const headers = ['change_seq', 'change_oper', 'timestamp', 'change_mask'].map((name) => ({
    name: `header__${name}`,
    type: 'STRING',
  }));
  const columns = [...(kind === 'changes' ? headers : []), ...own].map((one, index) => ({
    ...one,
    ordinal: index + 1,
  }));
  return { source: contract.source, tableVersion: 1, format, recordCount: 4, columns } as unknown as Dfm;
}

test.each(['snapshot', 'changes'] as const)('the plan of %s', (kind) => {
  const dfm = dfmOf(kind);
  const plan = compileLoadPlan({
    ...{ contract, kind, dfm, rows: 4, attempt: '0'.repeat(20), keyId: '0123456789ab', unpackLimit: 2 ** 36 },
    objects: [{ loadId: 7, uri: 'file:///in/LOAD1.csv.gz', size: 100, tag: 'f'.repeat(64) }],
    columns: [{ name: 'c0', id: 101, type: 'BIGINT' }],
    ...{ prefix: 'file:///stage/b', notes: { 'iceberg.schema': '{}' }, result: 'file:///stage/r.json' },
  });
  expect(readPlan(formatPlan(plan))).toEqual(plan);
  const duckdb = (kind === 'snapshot' ? projectSnapshot : projectChanges)(contract, dfm);
  const text = [
    ...duckdb.flatMap(({ name, value, bad = 'false' }) => [`-- duckdb ${name}\n${value}`, `--   bad\n${bad}`]),
    `-- spark, as a plan\n${formatPlan({ ...plan, steps: [] })}`,
    ...plan.steps.map((step) => `-- ${step.kind}\n${'sql' in step ? step.sql : step.output}`),
  ].join('\n\n');
  const file = path.join(import.meta.dirname, `../golden/load/${kind}.sql`);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${text}\n`);
  expect(`${text}\n`).toBe(readFileSync(file, 'utf8'));
});
