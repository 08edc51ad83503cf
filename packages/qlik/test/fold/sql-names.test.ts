/** The fold's own names and aliases can be no contract's columns, and columns of any allowed name do no harm. */
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { NAME_PATTERN, SYSTEM_COLUMNS } from '@farelake/schema-registry';
import { compileFold, type FoldRules } from '../../src/index.ts';
import { COLUMN, INPUT, RELATION } from '../../src/fold/sql/names.ts';
import { foldOnDuckDb } from '../support/fold-on-duckdb.ts';
import { eventsOf, folded, RULES } from '../support/told-events.ts';

test('internal names are no names of columns', () => {
  const own = [INPUT, RELATION, COLUMN].flatMap((names) => Object.values<string>(names));
  expect(new Set(own).size).toBe(own.length);
  for (const name of own) expect(name).not.toMatch(new RegExp(NAME_PATTERN));
});

test('every quoted name in the SQL is internal, a system column or a contract column', () => {
  const allowed = new Set<string>([...RULES.columns, ...SYSTEM_COLUMNS].map(({ name }) => name));
  const rules = { ...RULES, beforeImage: 'full' } as const;
  for (const mode of ['append', 'rebuild', 'truncate', 'whole'] as const) {
    const fold = compileFold(rules, mode, { truncates: true });
    const text = JSON.stringify([fold, fold.slice('true')]).replaceAll('\\"', '"');
    const quoted = [...text.matchAll(/"([^"\s:,{}[\]]+)"(?!:)/g)].map((m) => m[1]!);
    expect(quoted.length).toBeGreaterThan(100);
    expect(
      quoted.filter((name) => !name.startsWith('@') && !allowed.has(name) && !/^(table|view)$/.test(name)),
    ).toEqual([]);
  }
});

describe('on DuckDB', () => {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    connection = await instance.connect();
  });
  afterAll(() => {
    connection.closeSync();
  });

  const FILES = [
    [
      '- L k=1 a=x b=y',
      '- L k=~ a=z',
      '1 U k=7 a=x',
      '1 I k=2 a=x',
      "2 U k=1 a='' {a b}",
      '2 B k=2 a=x b=w',
      '2 U k=3 b=v',
    ],
    ['3 I k=4', '3 I k=4 b=v', '4 B k=3 a=x', '4 U k=1 a=n'],
  ];
  // Names that the SQL uses unquoted as aliases, or quoted with an @ before, and words of SQL.
  const HOSTILE = [
    ...['seq', 'op', 'rank', 'file', 'line', 'half', 'fresh', 'n', 'alive', 'move', 'copy', 'complete', 'old_0'],
    ...['h', 'f', 's', 'u', 'b', 'm', 'k', 't', 'x', 'y', 'load_id', 'lives', 'pairs', 'conflicts', 'steps', 'copies'],
    ...['select', 'group', 'order', 'null', 'filter', 'max_by', '1', '_'],
  ];

  it.each(HOSTILE)('a key or a column named %s is like any other', async (name) => {
    for (const renamed of ['k', 'a']) {
      const other = (given: string) => (given === renamed ? name : given === name ? 'other' : given);
      const rules: FoldRules = {
        ...RULES,
        columns: RULES.columns.map((column) => ({ ...column, name: other(column.name) })),
        key: RULES.key.map(other),
        beforeImage: 'full',
      };
      const files = FILES.map((events) =>
        events.map((text) =>
          text
            .replaceAll(/(\w+)=/g, (_, given: string) => `${other(given)}=`)
            .replace('{a b}', `{${other('a')} ${other('b')}}`),
        ),
      );
      const expected = folded(rules, files);
      expect(expected).toEqual({
        rows: ['1 n ~ @4', '4 ~ v @3', '~ z ~ @-'],
        orphans: 1,
        conflicts: 1,
        movesOntoLive: 1,
      });
      expect(await foldOnDuckDb(connection, rules, eventsOf(rules, files))).toEqual(expected);
    }
  });
});
