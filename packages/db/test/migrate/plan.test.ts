import { planMigrations } from '../../src/index.ts';
import type { AppliedMigration, Migration } from '../../src/index.ts';
import { migrationName } from '../../src/migrate/plan.ts';

/** `1a` is file 0001_a.sql with text `a`; `1a!` the same with another text. */
const file = (text: string): Migration => {
  const [, version = '', name = '', changed = ''] = /^(\d+)([a-z]+)(!?)$/.exec(text) ?? [];
  return {
    version: Number(version),
    name,
    file: `${version.padStart(4, '0')}_${name}.sql`,
    sql: `SELECT 1;`,
    checksum: `sum of ${name}${changed}`,
  };
};
const row = (text: string): AppliedMigration => file(text);

const plan = (files: string, applied: string): string[] => {
  const words = (text: string): string[] => text.split(' ').filter(Boolean);
  return planMigrations(words(files).map(file), words(applied).map(row)).map((migration) => migration.file);
};

test.each([
  ['', '', []],
  ['1a 2b', '', ['0001_a.sql', '0002_b.sql']],
  ['2b 1a', '', ['0001_a.sql', '0002_b.sql']],
  ['1a 2b 3c', '1a', ['0002_b.sql', '0003_c.sql']],
  ['1a 2b', '2b 1a', []],
])('files [%s], applied [%s]: %j', (files, applied, expected) => {
  expect(plan(files, applied)).toEqual(expected);
});

test.each([
  ['1a 1b', '', 'number-twice', { file: '0001_b.sql', other: '0001_a.sql' }],
  ['1a 3c', '', 'number-missing', { file: '0003_c.sql', missing: 2 }],
  ['2b', '', 'number-missing', { file: '0002_b.sql', missing: 1 }],
  ['0a', '', 'number-missing', { file: '0000_a.sql', missing: 1 }],
  ['1a! 2b', '1a', 'changed', { file: '0001_a.sql', version: 1 }],
  ['1z 2b', '1a', 'changed', { file: '0001_z.sql', version: 1, applied: 'a' }],
  ['1a 2b', '2b', 'ledger-gap', { version: 2, missing: 1 }],
  ['1a', '1a 2b', 'newer', { database: 2, code: 1 }],
  ['', '1a', 'newer', { database: 1, code: 0 }],
  // A database ahead of us says so, whatever else differs.
  ['1a!', '1a 2b', 'newer', { database: 2, code: 1 }],
])('files [%s], applied [%s]: refused as %s', (files, applied, code, data) => {
  expect(() => plan(files, applied)).toThrow(
    expect.objectContaining({ code, data: expect.objectContaining(data) as object }) as Error,
  );
});

test.each([
  ['SELECT 1;\nCOMMIT;\nSELECT 2;', 2],
  ['begin transaction ;', 1],
  ['DO $$\nBEGIN\n  NULL;\nEND $$;\n-- COMMIT;', undefined],
  ["SELECT 'commit';", undefined],
])('%j takes the transaction into its own hands in line %p', (sql, line) => {
  const run = (): unknown => planMigrations([{ ...file('1a'), sql }], []);
  if (line === undefined) expect(run()).toHaveLength(1);
  else
    expect(run).toThrow(
      expect.objectContaining({ code: 'own-transaction', data: { file: '0001_a.sql', line } }) as Error,
    );
});

test.each([
  ['0001_objects.sql', { version: 1, name: 'objects' }],
  ['0123_a_b2.sql', { version: 123, name: 'a_b2' }],
  ['README.md', undefined],
])('%s is named %j', (name, expected) => {
  expect(migrationName(name)).toEqual(expected);
});

test.each(['1_objects.sql', '0001-objects.sql', '0001_Objects.sql', 'objects.sql', '0001_objects.SQL'])(
  '%s is refused rather than passed over',
  (name) => {
    expect(() => migrationName(name)).toThrow(expect.objectContaining({ code: 'bad-name' }) as Error);
  },
);
