import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { formatPlan, readPlan, readResult, schemaFiles, type Plan, type Result } from '../src/index.ts';

const plan: Plan = {
  ...{ version: 1, job: 'qlik_load', dataset: 'edw_sample', attempt: '0123456789abcdef0123', dialect: 'spark' },
  inputs: [{ kind: 'key', relation: '@hmac_key', id: 'k' }],
  steps: [{ kind: 'view', relation: '@a', sql: 'SELECT 1' }],
  outputs: [],
  result: 'file:///stage/_runs/edw_sample/0123456789abcdef0123.result.json',
};
const result: Result = {
  ...{ version: 1, attempt: plan.attempt, outcome: 'done', outputs: {}, selected: {}, receipts: {}, read: {} },
  metrics: { seconds: 1, startSeconds: 2, engine: 'spark 3.5.6', runner: 'abc', counters: {} },
};

test.each(schemaFiles())(
  'the committed $name is the generated one (else: npm run generate -w @farelake/plan)',
  async ({ name, text }) => {
    expect(await readFile(path.join(import.meta.dirname, '..', 'schema', name), 'utf8')).toBe(text);
  },
);

test('a plan is read as it was written', () => {
  expect(readPlan(formatPlan(plan))).toEqual(plan);
});

test.each([
  ['of another version', JSON.stringify({ ...plan, version: 2 }), 'bad-plan'],
  ['cut off', formatPlan(plan).slice(0, -20), 'bad-plan'],
  ['with a step of another kind', JSON.stringify({ ...plan, steps: [{ kind: 'drop', sql: 'x' }] }), 'bad-plan'],
  ['with a member too many', JSON.stringify({ ...plan, secret: 'x' }), 'bad-plan'],
  ['of an attempt that is none', JSON.stringify({ ...plan, attempt: '../../x' }), 'bad-plan'],
])('a plan %s is refused', (_, text, code) => {
  expect(() => readPlan(text)).toThrow(expect.objectContaining({ code }));
});

test.each([
  ['that is empty', ''],
  ['cut off', JSON.stringify(result).slice(0, -5)],
  ['without an outcome', JSON.stringify({ ...result, outcome: undefined })],
  [
    'with a file of no checksum',
    JSON.stringify({ ...result, outputs: { a: [{ uri: 'file:///x', size: 1, rows: 1, statistics: {} }] } }),
  ],
])('a result %s is refused', (_, text) => {
  expect(() => readResult(text)).toThrow(expect.objectContaining({ code: 'bad-result' }));
  expect(readResult(JSON.stringify(result))).toEqual(result);
});
