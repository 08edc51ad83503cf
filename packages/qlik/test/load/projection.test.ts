/** From delivered text to history rows, on DuckDB: which values come out, and what is not acceptable. */
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Contract, ContractColumn } from '@farelake/schema-registry';
import {
  contractFromDfm,
  missingHeaderColumns,
  parseDfm,
  parseObjectKey,
  projectChanges,
  projectSnapshot,
} from '../../src/index.ts';
import { CHANGE_HEADER, dfmText, type DfmParts } from '../support/dfm-text.ts';
import { openDuckDb, project } from '../support/project-on-duckdb.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await openDuckDb();
});
afterAll(() => {
  connection.closeSync();
});

const dfm = (columns: DfmParts['columns'] & {}, options?: DfmParts['options']) =>
  parseDfm(dfmText({ columns, ...(options === undefined ? {} : { options }) }), 'x.dfm');
const OWN = [{ name: 'ID', type: 'INT4', primaryKeyPos: 1 }, 'NAME'];
const SNAPSHOT = dfm(OWN);
const CHANGES = dfm([...CHANGE_HEADER, ...OWN]);

const contract = (change: (column: ContractColumn) => Partial<ContractColumn> = () => ({})): Contract => {
  const drafted = contractFromDfm([{ object: parseObjectKey('EDW.X/LOAD1.dfm')!, dfm: SNAPSHOT }]);
  return { ...drafted, columns: drafted.columns.map((column) => ({ ...column, ...change(column) })) };
};
const SEQ = '2021120111223344'.padEnd(35, '0');
const TIME = '2021-12-01 11:22:33.444';

describe('a snapshot row', () => {
  it('has operation L, no sequence, no time, no mask', async () => {
    const [row] = await project(connection, projectSnapshot(contract(), SNAPSHOT), [['1', 'x']]);
    expect(row).toEqual({
      values: {
        header__change_seq: null,
        header__change_oper: 'L',
        header__timestamp: null,
        header__change_mask: null,
        id: '1',
        name: 'x',
        _load_id: 7,
        _line: 2,
      },
      bad: [],
    });
  });

  it('finds its columns by name, in whatever order the file has them, and leaves out others', async () => {
    const other = dfm(['NEW', 'NAME', { name: 'ID', type: 'INT4' }]);
    const [row] = await project(connection, projectSnapshot(contract(), other), [['new', 'x', '1']]);
    expect(row?.values).toMatchObject({ id: '1', name: 'x' });
    expect(row?.values).not.toHaveProperty('new');
  });

  it('has NULL of the right type where the file lacks the column', async () => {
    const typed = contract(({ name }) => (name === 'name' ? { type: 'decimal(10,2)' } : {}));
    const columns = projectSnapshot(typed, dfm([OWN[0]!]));
    expect((await project(connection, columns, [['1']]))[0]).toMatchObject({
      values: { id: '1', name: null },
      bad: [],
    });
    expect(columns.find(({ name }) => name === 'name')?.value).toBe('CAST(NULL AS DECIMAL(10,2))');
    const hashed = contract(({ name }) => (name === 'name' ? { type: 'bigint', treatment: 'hmac' } : {}));
    expect(projectSnapshot(hashed, dfm([OWN[0]!])).find(({ name }) => name === 'name')?.value).toBe(
      'CAST(NULL AS VARCHAR)',
    );
  });

  it('is never loaded without a column that may not be NULL: drift keeps such a file away', () => {
    const strict = contract(() => ({ nullable: false }));
    expect(() => projectSnapshot(strict, dfm(['ID']))).toThrow('the file has no column NAME');
  });
});

describe('a change row', () => {
  const columns = projectChanges(contract(), CHANGES);

  it('has what its header says', async () => {
    const [row] = await project(connection, columns, [[SEQ, 'U', TIME, '30', '1', null]]);
    expect(row).toEqual({
      values: {
        header__change_seq: SEQ,
        header__change_oper: 'U',
        header__timestamp: '2021-12-01 11:22:33.444',
        header__change_mask: [101, 102],
        id: '1',
        name: null,
        _load_id: 7,
        _line: 2,
      },
      bad: [],
    });
  });

  test.each([
    ['a sequence of 34 digits', [SEQ.slice(1), 'I', TIME, null, '1', 'x'], ['header__change_seq']],
    ['a sequence of letters', ['x'.repeat(35), 'I', TIME, null, '1', 'x'], ['header__change_seq']],
    ['no sequence', [null, 'I', TIME, null, '1', 'x'], ['header__change_seq']],
    ['operation L', [SEQ, 'L', TIME, null, '1', 'x'], ['header__change_oper']],
    ['a lower-case operation', [SEQ, 'i', TIME, null, '1', 'x'], ['header__change_oper']],
    ['no operation', [SEQ, null, TIME, null, '1', 'x'], ['header__change_oper']],
    ['an operation with a blank', [SEQ, 'I ', TIME, null, '1', 'x'], ['header__change_oper']],
    ['a time that is none', [SEQ, 'I', '2021-02-30 00:00:00', null, '1', 'x'], ['header__timestamp']],
    ['a mask that is none', [SEQ, 'U', TIME, 'x', '1', 'x'], ['header__change_mask']],
    ['text for a number', [SEQ, 'U', TIME, null, 'one', 'x'], ['id']],
    ['no time, which is fine', [SEQ, 'U', null, null, '1', 'x'], []],
    ['an empty time, which is fine', [SEQ, 'U', '', null, '1', 'x'], []],
    ['every operation that there is', [SEQ, 'T', TIME, null, null, null], []],
  ])('with %s', async (_, row, bad) => {
    expect((await project(connection, columns, [row]))[0]?.bad).toEqual(bad);
  });

  it('ignores header columns that are not known here, wherever they stand', async () => {
    const header = ['header__operation', 'header__change_seq', 'header__new', ...CHANGE_HEADER.slice(1), 'header__'];
    const more = projectChanges(contract(), dfm([...header, ...OWN]));
    expect(more.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
    const [row] = await project(connection, more, [['?', SEQ, '?', 'U', TIME, '00', '?', '1', 'x']]);
    expect(row?.values).toMatchObject({ header__change_seq: SEQ, header__change_oper: 'U', id: '1', name: 'x' });
    expect(row?.bad).toEqual([]);
  });
});

describe('nullable: false', () => {
  const strict = contract(() => ({ nullable: false }));

  it('is asked of snapshot rows', async () => {
    const rows = await project(connection, projectSnapshot(strict, SNAPSHOT), [
      ['1', ''],
      [null, 'x'],
      ['', null],
    ]);
    expect(rows.map(({ bad }) => bad)).toEqual([[], ['id'], ['id', 'name']]);
  });

  it('is asked of I alone among changes: the others need not be whole images', async () => {
    const opers = ['I', 'U', 'D', 'B', 'T'];
    const rows = opers.map((oper) => [SEQ, oper, TIME, null, null, null]);
    const found = await project(connection, projectChanges(strict, CHANGES), rows);
    expect(found.map(({ bad }) => bad)).toEqual([['id', 'name'], [], [], [], []]);
  });

  it('is said in the error', () => {
    const said = projectSnapshot(strict, SNAPSHOT).flatMap(({ source, allowed }) =>
      source ? [[source.name, allowed]] : [],
    );
    expect(said).toEqual([
      ['ID', 'an integer of 64 bits (NULL is not allowed here)'],
      ['NAME', 'any text (NULL is not allowed here)'],
    ]);
  });
});

describe('empty text', () => {
  test.each([
    ['', [], { id: null, name: '' }],
    ['NULL', ['id'], { id: null, name: '' }],
  ])('with nullValue %j', async (nullValue, bad, values) => {
    const columns = projectSnapshot(contract(), dfm(OWN, { nullValue }));
    const [row] = await project(connection, columns, [['', '']]);
    expect(row).toMatchObject({ bad, values });
  });
});

describe('values that Postgres cannot hold', () => {
  const published = { ...contract(), publish: { postgres: true } };
  const NUL = dfm(OWN);

  test.each([
    ['published', published, ['name']],
    ['not published', contract(), []],
    ['published hashed', { ...contract(() => ({ treatment: 'hmac' })), publish: { postgres: true } }, []],
  ])('%s', async (_, by, bad) => {
    const columns = projectSnapshot(by, NUL).map((column) => ({ ...column, value: 'NULL' }));
    const delivered = [
      ['1', 'a~b'],
      ['1', ''],
      ['1', null],
    ];
    const rows = await project(connection, columns, delivered, (sql) => sql.replace("'a~b'", "'a' || chr(0) || 'b'"));
    expect(rows.map((row) => row.bad)).toEqual([bad, [], []]);
  });

  it('are told as such', () => {
    const column = projectSnapshot(published, NUL).find(({ name }) => name === 'name');
    expect(column?.allowed).toMatch(/^any text without a NUL character, which Postgres cannot hold/);
  });
});

describe('what may be told of a value', () => {
  const columnOf = (change: Partial<ContractColumn>) =>
    projectSnapshot(
      contract(({ name }) => (name === 'name' ? change : {})),
      SNAPSHOT,
    ).find(({ name }) => name === 'name');

  test.each<[Partial<ContractColumn>, boolean | undefined]>([
    [{}, undefined],
    [{ classification: 'public' }, undefined],
    [{ classification: 'pseudonymous' }, true],
    [{ treatment: 'hmac' }, true],
    [{ classification: 'personal', treatment: 'hmac' }, true],
  ])('%j: hidden %s', (change, hidden) => {
    expect(columnOf(change)?.hidden).toBe(hidden);
  });
});

test('a value that does not fit a wider file: the contract is what to change', () => {
  const narrow = contract(({ name }) => (name === 'name' ? { type: 'decimal(10,2)' } : {}));
  const wide = dfm([OWN[0]!, { name: 'NAME', type: 'NUMERIC', precision: 12, scale: 2 }]);
  const columns = projectSnapshot(narrow, wide);
  expect(columns.find(({ name }) => name === 'name')?.remedy).toMatch(
    /announces decimal\(12,2\), the contract has decimal\(10,2\): give NAME the type decimal\(12,2\) in the contract of edw_x/,
  );
  expect(columns.find(({ name }) => name === 'id')?.remedy).toBeUndefined();
});

test('a mask that names a column the contract does not have says nothing of it', async () => {
  const more = dfm([...CHANGE_HEADER, ...OWN, 'NEW']);
  const [row] = await project(connection, projectChanges(contract(), more), [[SEQ, 'U', TIME, '60', '1', 'x', 'new']]);
  expect(row).toMatchObject({ values: { header__change_mask: [102] }, bad: [] });
});

test('a dropped column is not even read', () => {
  const dropping = contract(({ name }) => (name === 'name' ? { treatment: 'drop' } : {}));
  for (const columns of [projectSnapshot(dropping, SNAPSHOT), projectChanges(dropping, CHANGES)])
    expect(columns.map(({ name }) => name)).not.toContain('name');
});

test('a change file needs three header columns', () => {
  expect(missingHeaderColumns(CHANGES)).toEqual([]);
  expect(missingHeaderColumns(dfm([...CHANGE_HEADER.slice(0, 3), 'ID']))).toEqual([]);
  expect(missingHeaderColumns(dfm(['header__change_oper', 'ID']))).toEqual(['header__change_seq', 'header__timestamp']);
});
