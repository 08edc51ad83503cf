/**
 * The compiled SQL of each `golden/fold/<name>.json` (rules of a contract) against `<name>.sql` beside it, so that a
 * change of the SQL shows in review. A new pair of files is a new test; UPDATE_GOLDEN=1 writes the expectations.
 */
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compileFold, surveySql, touched, type FoldMode, type FoldRules } from '../../src/index.ts';

const FOLDER = path.join(import.meta.dirname, '../golden/fold');
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => path.basename(file, '.json'));

const MODES: [mode: FoldMode, truncates: boolean][] = [
  ['append', false],
  ['rebuild', false],
  ['whole', true],
];

function sqlOf(rules: FoldRules): string {
  const parts = MODES.flatMap(([mode, truncates]) => {
    const { changes, holds, keys, slice } = compileFold(rules, mode, { truncates });
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
    `-- keys from it on\n${touched.keysSinceSql(rules, '"@history"', '1'.repeat(35))};`,
    `-- all keys\n${touched.allKeysSql(rules, ['@new_keys', '@later_keys'])};`,
    `-- their events\n${touched.touchedSql(rules, '"@history"', true)};`,
    `-- truncations\n${touched.truncationsSql('"@history"')};`,
    ...(touched.pairs(rules) ? moves : []),
  ];
}

describe('the compiled fold', () => {
  it.each(NAMES)('of %s.json is %s.sql', (name) => {
    const rules = JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8')) as FoldRules;
    const file = path.join(FOLDER, `${name}.sql`);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, sqlOf(rules));
    expect(sqlOf(rules)).toBe(readFileSync(file, 'utf8'));
  });

  it('has an expectation for each contract, and a contract for each expectation', () => {
    const expectations = readdirSync(FOLDER).filter((file) => file.endsWith('.sql'));
    expect(expectations.sort()).toEqual(NAMES.map((name) => `${name}.sql`).sort());
    expect(NAMES.length).toBeGreaterThan(1);
  });
});
