/** Proves what a drafted contract is as a whole, and what it becomes where one is there. */
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { formatContract, loadRegistry, reviseContract, type Contract } from '@farelake/schema-registry';
import { draftSetContract, studyRecords, type DmapSet } from '../../src/index.ts';

const SET: DmapSet = { api: 'transactional', set: 'Sale-Items' };

async function* records(text: string): AsyncGenerator<string[]> {
  await Promise.resolve();
  for (const line of text.trim().split('\n')) yield line.split(',').map((field) => field.trim());
}

const draft = async (text: string, present?: Contract, set = SET) =>
  draftSetContract(set, await studyRecords(records(text)), present);

const FILE = `
  item_id, amount, customer_email, sold
  1, 2.40, ann@example.org, 2022-05-17
  2, , , 2022-05-18`;

test('a contract that the registry takes, with ids in the order of the file', async () => {
  const { contract, columns } = await draft(FILE);
  expect(contract).toMatchObject({
    feed: 'dmap',
    dataset: 'dmap_sale_items',
    source: { schema: 'transactional', table: 'Sale-Items' },
    version: 1,
    lastColumnId: 104,
    key: [],
    cdc: { updateImage: 'full', beforeImage: 'none' },
    owner: 'unassigned',
  });
  expect(contract.columns.map(({ id, name, type }) => [id, name, type])).toEqual([
    [101, 'item_id', 'bigint'],
    [102, 'amount', 'decimal(18,2)'],
    [103, 'customer_email', 'string'],
    [104, 'sold', 'date'],
  ]);
  expect(columns.map(({ nullShare }) => nullShare)).toEqual([0, 0.5, 0.5, 0]);
  expect(loadRegistry([{ path: 'dmap/dmap_sale_items.json', text: formatContract(contract) }]).faults).toEqual([]);
});

test('names that system columns bear are given another; two that come out as one are refused', async () => {
  const { contract } = await draft('dataset_id,_line,_exported_dtm\nx,1,2');
  expect(contract.columns.map(({ name, sourceName }) => [name, sourceName])).toEqual([
    ['source_dataset_id', 'dataset_id'],
    ['source_line', '_line'],
    ['_exported_dtm', '_exported_dtm'],
  ]);
  await expect(draft('Fare,fare\n1,2')).rejects.toMatchObject({ code: 'column-collision' });
});

test('a file that shows less, or fewer columns, or the same, changes nothing of a contract', async () => {
  const first = (await draft(FILE)).contract;
  const present: Contract = {
    ...first,
    owner: 'fare-data',
    columns: first.columns.map((column) => ({ ...column, description: 'what it is' })),
  };
  for (const text of [FILE, 'item_id,amount,customer_email,sold\n,,,', 'amount,item_id\n7,7', 'sold\n2022-05-19'])
    expect(
      reviseContract(present, (await draft(text, present)).contract).columns.toSorted((a, b) => a.id - b.id),
    ).toEqual(present.columns);
  expect(reviseContract(present, (await draft(FILE, present)).contract)).toBe(present);
});

test('new columns get new ids, decimals are widened, what people decided stays', async () => {
  const { contract } = await draft(FILE);
  const [id, amount, email, sold] = contract.columns;
  const decided = { ...email!, classification: 'internal', treatment: 'drop' } as const;
  const present: Contract = { ...contract, columns: [id!, { ...amount!, type: 'decimal(4,2)' }, decided, sold!] };
  const { contract: drafted } = await draft('amount,item_id,zone,customer_email\n123.45,1,B,x@example.org', present);
  const next = reviseContract(present, drafted);
  expect(next.version).toBe(2);
  expect(next.columns.map(({ id, name, type, treatment }) => [id, name, type, treatment])).toEqual([
    [102, 'amount', 'decimal(18,2)', 'keep'],
    [101, 'item_id', 'bigint', 'keep'],
    [105, 'zone', 'string', 'keep'],
    [103, 'customer_email', 'string', 'drop'],
    [104, 'sold', 'date', 'keep'],
  ]);
});

test('values that the type of the contract cannot be are no revision', async () => {
  const { contract } = await draft(FILE);
  const { contract: drafted } = await draft('item_id\nA-1', contract);
  expect(() => reviseContract(contract, drafted)).toThrow(/item_id .* is bigint in the contract and string/);
});

test.each([
  ['4512402820120146,2022-01-01,5,Jane Doe,jane@example.com', 'field 1 is a card number, field 2 is a day or a time'],
  ['4111111111111111x,4111 1111 1111 1111', 'field 2 is a card number'],
  ['id,jane@example.com', 'field 2 is an e-mail address'],
  ['id,12 Mill Road', 'field 2 is a postal address'],
  ['id,617-555-0123', 'field 2 is a phone number'],
  ['id,1.5', 'field 2 is a number'],
  ['id,1e5', 'field 2 is a number'],
  ['id,2022-01-01T00:00:00Z', 'field 2 is a day or a time'],
  ['id,1-Jan-2022', 'field 2 is a day or a time'],
  ['id,10:11:12', 'field 2 is a day or a time'],
  ['id,6f9619ff-8b86-d011-b42d-00c04fc964ff', 'field 2 is an identifier'],
  ['id,', 'field 2 is empty'],
  ['adult,Jane,adult', 'field 3 is the same as field 1'],
  ['1,2,3,4,5,6,7', 'field 5 is a number, and 2 more'],
  ['Jane,adult\nJoe,adult\nJane,child', 'field 1 is a value further below, field 2 is a value further below'],
])('a first line of values is refused, and not told: %s', async (text, told) => {
  const error: unknown = await draft(text).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'header-of-values', problem: expect.stringContaining(told) as unknown });
  expect(inspect(error).replace(/^ +at .*$/gm, '')).not.toMatch(/jane|mill|4512|6f96|2022|adult/i);
});

test.each(['id,24_hour_pass,fare (USD),Straße,n2,x.y,deadbeef,2nd_ride,is_7day', 'note,id\nnote,1'])(
  'names are no values: %s',
  async (text) => {
    expect((await draft(text)).columns).toHaveLength(text.split('\n')[0]!.split(',').length);
  },
);

test('what stands between or behind rows, and loads pass over, is none', async () => {
  const study = await studyRecords(
    (async function* () {
      await Promise.resolve();
      yield* [['a', 'b'], ['1', '2'], [''], ['3', '4', '']];
    })(),
  );
  expect(study.rows).toBe(2);
});

test('a bare name is that of a person where other columns are of one', async () => {
  const kept = await draft('id,name,last\n1,Mill,x');
  expect(kept.contract.columns.map(({ treatment }) => treatment)).toEqual(['keep', 'keep', 'keep']);
  const people = await draft('id,name,last,email\n1,Mill,x,');
  expect(people.contract.columns.map(({ treatment }) => treatment)).toEqual(['keep', 'drop', 'drop', 'hmac']);
  expect(people.columns[1]?.proposal.why).toMatch(/^a person's name, by its name and the columns of a person beside/);
});

test('a row of another length, and a file without a header, are told', async () => {
  await expect(draft('a,b\n1,2\n1')).rejects.toMatchObject({
    code: 'uneven-rows',
    problem: 'Row 2 has 1 fields, the header 2.',
  });
  await expect(studyRecords((async function* () {})())).rejects.toMatchObject({ code: 'no-header' });
});
