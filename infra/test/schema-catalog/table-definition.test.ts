/** Table definitions of the whole registry, compared with a committed file: UPDATE_GOLDEN=1 writes it anew. */
import { writeFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { storedColumns, storedType, typeNames, type Contract } from '@farelake/schema-registry';
import { readContracts } from '../../src/registry-folder.ts';
import { asIceberg, tableDefinitions, type TableDefinition } from '../../src/schema-catalog/table-definition.ts';
import { REPOSITORY } from '../support/program.ts';

const GOLDEN = path.join(import.meta.dirname, '../golden/tables.json');
const place = { databaseName: 'farelake_dev', stage: 's3://farelake-dev-stage-111122223333' };
const contracts = readContracts(path.join(REPOSITORY, 'packages/schema-registry/registry'));
const card = contracts.find(({ dataset }) => dataset === 'edw_card')!;

const names = ({ storageDescriptor }: TableDefinition): string[] => storageDescriptor.columns.map(({ name }) => name);
const changed = (column: Partial<Contract['columns'][number]>): Contract => ({
  ...card,
  columns: card.columns.map((old, index) => (index === 0 ? { ...old, ...column } : old)),
});

/** One line for each column, so that a change of a contract reads as one. */
const readable = (tables: readonly TableDefinition[]): string =>
  `${JSON.stringify(tables, null, 1).replaceAll(/\{\n\s+"name": "[^]*?\n\s+\}\n\s+\}/g, (column) => column.replaceAll(/\n\s+/g, ' '))}\n`;

test('are those of the committed file', () => {
  const text = readable(contracts.flatMap((contract) => tableDefinitions(contract, place)));
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, text);
  expect(JSON.parse(text)).toEqual(contracts.flatMap((contract) => tableDefinitions(contract, place)));
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
});

test('a current table ends with where its rows come from, a history begins with its changes', () => {
  const [current, history] = tableDefinitions(card, place);
  const delivered = card.columns.map(({ name }) => name);
  expect(names(current!)).toEqual([...delivered, 'header__change_seq', 'header__timestamp']);
  expect(names(history!)).toEqual([
    'header__change_seq',
    'header__change_oper',
    'header__timestamp',
    'header__change_mask',
    ...delivered,
    '_load_id',
    '_line',
  ]);
  expect(history!.storageDescriptor.columns[3]).toMatchObject({
    type: 'array<int>',
    parameters: { 'iceberg.field.id': '4' },
  });
});

test('every column has the type of the one table of types, its permanent id and its classification', () => {
  for (const contract of contracts) {
    const [table] = tableDefinitions(contract, place);
    for (const column of storedColumns(contract))
      expect(table!.storageDescriptor.columns.find(({ name }) => name === column.name)).toMatchObject({
        type: typeNames(storedType(column)).glue,
        parameters: { 'iceberg.field.id': String(column.id), 'farelake.classification': column.classification },
      });
  }
});

test('what a treatment leaves: a dropped column is not there, a hashed one is text', () => {
  expect(names(tableDefinitions(changed({ treatment: 'drop' }), place)[0]!)).not.toContain('card_token');
  const hashed = tableDefinitions(changed({ treatment: 'hmac', type: 'bigint' }), place)[0]!;
  expect(hashed.storageDescriptor.columns[0]).toMatchObject({
    type: 'string',
    parameters: { 'farelake.treatment': 'hmac' },
  });
});

test('a table without key has its history only', () => {
  expect(tableDefinitions({ ...card, key: [] }, place).map(({ name }) => name)).toEqual(['edw_card_history']);
});

test.each([
  ['x'.repeat(255), 'x'.repeat(255)],
  ['x'.repeat(256), `${'x'.repeat(254)}…`],
  // The pair at the end would be cut in two.
  [`${'x'.repeat(253)}🚋🚋`, `${'x'.repeat(253)}…`],
])('a comment has at most 255 characters and no half ones', (description, expected) => {
  expect(tableDefinitions(changed({ description }), place)[0]!.storageDescriptor.columns[0]!.comment).toBe(expected);
});

test('becomes an Iceberg table by its metadata', () => {
  const [table] = tableDefinitions(card, place);
  expect(asIceberg(table!, 's3://stage/edw_card/metadata/1.json').parameters).toEqual({
    ...table!.parameters,
    table_type: 'ICEBERG',
    metadata_location: 's3://stage/edw_card/metadata/1.json',
  });
});

test('a DMAP set has one table, whose rows say which dataset they are of', () => {
  const set: Contract = {
    ...card,
    feed: 'dmap',
    dataset: 'dmap_citation',
    source: { schema: 'transactional', table: 'citation' },
    key: [],
  };
  const tables = tableDefinitions(set, place);
  expect(tables.map(({ name }) => name)).toEqual(['dmap_citation']);
  expect(names(tables[0]!).slice(card.columns.length)).toEqual([
    ...['dataset_id', '_period_start', '_period_end', '_last_updated', '_load_id', '_line'],
  ]);
});
