/** Proves that a contract drafted anew never gives an id a second meaning, and keeps what people decided. */
import { contractFromColumns, reviseContract, type Contract } from '../src/index.ts';

const column = (name: string, type = 'INT4', primaryKeyPos = 0, precision = 0, scale = 0) => ({
  name,
  type,
  length: 0,
  precision,
  scale,
  primaryKeyPos,
});
const draft = (...columns: ReturnType<typeof column>[]): Contract =>
  contractFromColumns({ feed: 'qlik', source: { schema: 'EDW', table: 'X' }, columns });
const ids = (contract: Contract) => Object.fromEntries(contract.columns.map(({ sourceName, id }) => [sourceName, id]));

const first = draft(column('ID', 'INT4', 1), column('A'), column('B', 'NUMERIC', 0, 10, 2));

it('an equal draft is the contract itself', () => {
  expect(reviseContract(first, first)).toBe(first);
});

it('members in another order are no difference', () => {
  const { updateImage, beforeImage } = first.cdc;
  const written: Contract = { ...first, cdc: { beforeImage, updateImage } };
  expect(reviseContract(written, first)).toBe(written);
});

it('a column keeps its id wherever it stands, a new one gets the next, version counts', () => {
  const next = reviseContract(
    first,
    draft(column('ID', 'INT4', 1), column('NEW'), column('A'), column('B', 'NUMERIC', 0, 10, 2)),
  );
  expect(ids(next)).toEqual({ ID: 101, NEW: 104, A: 102, B: 103 });
  expect(next).toMatchObject({ version: 2, lastColumnId: 104 });
});

it('a column that files no longer have stays, as the last', () => {
  expect(reviseContract(first, draft(column('ID', 'INT4', 1), column('A')))).toBe(first);
  const next = reviseContract(first, draft(column('ID', 'INT4', 1), column('B', 'NUMERIC', 0, 10, 2), column('C')));
  expect(ids(next)).toEqual({ ID: 101, B: 103, C: 104, A: 102 });
});

it('the id of a column that a person took out is never given again', () => {
  const without: Contract = { ...first, version: 2, columns: first.columns.slice(0, 2) };
  const again = reviseContract(without, draft(column('ID', 'INT4', 1), column('A'), column('C')));
  expect(again).toMatchObject({ version: 3, lastColumnId: 104 });
  expect(ids(again)).toEqual({ ID: 101, A: 102, C: 104 });
});

it('room for more than the files have stays', () => {
  expect(reviseContract(first, draft(column('ID', 'INT4', 1), column('A'), column('B', 'NUMERIC', 0, 9, 2)))).toBe(
    first,
  );
});

it('what people wrote stays', () => {
  const curated: Contract = {
    ...first,
    owner: 'fares',
    freshness: 'PT1H',
    layout: { segmentRows: 9 },
    columns: first.columns.map((c) =>
      c.sourceName === 'A' ? { ...c, name: 'amount', description: 'how much', classification: 'public' } : c,
    ),
    key: ['id', 'amount'],
  };
  const next = reviseContract(
    curated,
    draft(column('ID', 'INT4', 1), column('A', 'INT4', 2), column('B', 'NUMERIC', 0, 12, 2), column('C')),
  );
  expect(next).toMatchObject({ owner: 'fares', freshness: 'PT1H', layout: { segmentRows: 9 }, key: ['id', 'amount'] });
  expect(next.columns[1]).toMatchObject({ name: 'amount', description: 'how much', classification: 'public' });
  expect(next.columns[2]).toMatchObject({ id: 103, type: 'decimal(12,2)' });
});

it.each([
  ['another type', column('A', 'STRING')],
  ['an integer made decimal', column('A', 'NUMERIC', 0, 20, 0)],
  ['another scale', column('B', 'NUMERIC', 0, 12, 3)],
])('%s is refused', (_, changed) => {
  const columns = [column('ID', 'INT4', 1), column('A'), column('B', 'NUMERIC', 0, 10, 2)].map((c) =>
    c.name === changed.name ? changed : c,
  );
  expect(() => reviseContract(first, draft(...columns))).toThrow(/values already written cannot be read so/);
});
