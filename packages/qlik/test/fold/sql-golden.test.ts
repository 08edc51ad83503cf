/**
 * The compiled SQL of each `golden/fold/<name>.json` (rules of a contract) against `<name>.sql`, DuckDB's, and `<name>.spark.sql` beside
 * it, so that a change of the SQL, and what the engines say otherwise, shows in review. A new pair of files is a new test; UPDATE_GOLDEN=1 writes the expectations.
 */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PlanDialect } from '@farelake/plan';
import { compileFold, compileFoldPlan, surveySql, touched, type FoldMode, type FoldRules } from '../../src/index.ts';

const FOLDER = path.join(import.meta.dirname, '../golden/fold');
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => path.basename(file, '.json'));

const MODES: [mode: FoldMode, truncates: boolean][] = [
  ['append', false],
  ['rebuild', false],
  ['whole', true],
];

function sqlOf(rules: FoldRules, dialect: PlanDialect): string {
  const parts = MODES.flatMap(([mode, truncates]) => {
    const { changes, holds, keys, slice } = compileFold(rules, mode, { truncates, dialect });
    const { folded, counters, conflicts } = slice('true');
    const relations = [...changes, ...(keys ? [keys] : []), ...folded];
    return [
      `-- ==== ${mode}${truncates ? ', with truncations' : ''} ====`,
      ...relations.map(({ name, kind, sql }) => `-- ${kind} ${name}\n${sql};`),
      `-- holds\n${holds ?? '-- none: no move is possible'};`,
      `-- counters\n${counters};`,
      `-- conflicts\n${conflicts};`,
    ];
  });
  const text = [`-- survey\n${surveySql('"@history"')};`, ...parts, ...gathering(rules)].join('\n\n');
  return `${text.replaceAll(/[ ]+$/gm, '').replaceAll(/\n\n+/g, '\n\n')}\n`;
}

/** What a rebuild asks of history. */
function gathering(rules: FoldRules): string[] {
  const moves = [
    `-- new sequences\n${touched.newSequencesSql('"@fresh"')};`,
    `-- keys that share them\n${touched.partnerKeysSql(rules, '"@history"')};`,
    `-- their sequences\n${touched.touchedSequencesSql()};`,
    `-- partners by sequence\n${touched.partnersSql(rules, '"@history"')};`,
  ];
  return [
    '-- ==== what rebuild and truncate need of history ====',
    `-- keys of new events\n${touched.newKeysSql(rules, '"@fresh"')};`,
    `-- lowest new truncation\n${touched.lowestTruncationSql('"@fresh"')};`,
    `-- keys from it on\n${touched.keysSinceSql(rules, '"@history"', `'${'1'.repeat(35)}'`)};`,
    `-- all keys\n${touched.allKeysSql(rules, ['@new_keys', '@later_keys'])};`,
    `-- their events\n${touched.touchedSql(rules, '"@history"', true)};`,
    `-- truncations\n${touched.truncationsSql('"@history"')};`,
    ...(touched.pairs(rules) ? moves : []),
  ];
}

/** Gathering says nothing otherwise on Spark; what of a rebuild is a program there, the plan tells. */
function planOf(rules: FoldRules): string {
  const columns = rules.columns.map(({ name, id }) => ({ name, id, type: 'STRING' }));
  const file = { uri: 'file:///a.parquet', size: 1, rows: 1, sha256: null };
  const { steps } = compileFoldPlan({
    ...{ dataset: 'edw_x', attempt: '0'.repeat(20), rules, mode: 'rebuild', truncates: false, columns, notes: {} },
    loads: [{ loadId: 1, rank: 1, fresh: true }],
    ...{ history: [file], historyColumns: columns, prefix: 'file:///base/', result: 'file:///r' },
    segments: [null, 'b', "it's \\"].map((text) => ({ ...file, lowestKey: rules.key.map(() => text) })),
    ...{ segmentRows: 10, nextSegment: 4 },
  });
  return steps
    .map(
      (one) =>
        `-- ${Object.values({ ...one, sql: undefined })
          .filter(Boolean)
          .join(' ')}\n${'sql' in one ? `${one.sql};` : ''}`,
    )
    .join('\n\n');
}

const TEXTS: readonly [suffix: string, textOf: (rules: FoldRules) => string][] = [
  ['.sql', (rules) => sqlOf(rules, 'duckdb')],
  ['.spark.sql', (rules) => `${sqlOf(rules, 'spark')}\n-- ==== a rebuild as a plan ====\n\n${planOf(rules)}\n`],
];

describe('the compiled fold', () => {
  it.each(NAMES.flatMap((name) => TEXTS.map(([suffix, textOf]) => ({ name, suffix, textOf }))))(
    'of $name.json is $name$suffix',
    ({ name, suffix, textOf }) => {
      const rules = JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8')) as FoldRules;
      const file = path.join(FOLDER, `${name}${suffix}`);
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, textOf(rules));
      expect(textOf(rules)).toBe(readFileSync(file, 'utf8'));
    },
  );

  it('has an expectation for each contract, and a contract for each expectation', () => {
    const expectations = readdirSync(FOLDER).filter((file) => file.endsWith('.sql'));
    expect(expectations.sort()).toEqual(NAMES.flatMap((name) => TEXTS.map(([suffix]) => `${name}${suffix}`)).sort());
    expect(NAMES.length).toBeGreaterThan(1);
  });
});
