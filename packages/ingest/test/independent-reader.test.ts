/** Proves that hyparquet, a reader that shares no code with the engine, finds the contract in the files: types, ids, rows. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parquetMetadata, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { localPath } from '@farelake/lake';
import {
  parseLogicalType,
  SYSTEM_COLUMNS,
  typeNames,
  type Contract,
  type SystemColumn,
} from '@farelake/schema-registry';
import { closeWorlds, openWorld, REPOSITORY, type World } from './support/world.ts';

afterAll(closeWorlds, 60_000);

let world: World;
beforeAll(async () => {
  world = await openWorld();
  const from = path.join(REPOSITORY, 'sample_data/cubic');
  await world.addTable('EDW.FARE_TRANSACTION', { from, segmentRows: 2000 });
  await world.addTable('EDW.CARD', { from, cdc: { beforeImage: 'full' } });
  await world.addTable('EDW.DEVICE_EVENT', { from });
  await world.ingest(from);
}, 60_000);

async function filesOf(tableName: string) {
  const { rows } = await world.pool.query<{ uri: string; rows: number; size: number }>(
    'SELECT uri, rows, size FROM ledger.files WHERE table_name = $1 AND version_removed IS NULL ORDER BY id',
    [tableName],
  );
  return Promise.all(
    rows.map(async (row) => ({ ...row, bytes: new Uint8Array(await readFile(localPath(row.uri))).buffer })),
  );
}

/** Name, id and types of each column, as the contract and the list of system columns say they must be. */
function announced(contract: Contract, system: readonly string[]) {
  const own = contract.columns.map(
    ({ name, id, type }) => [name, id, typeNames(parseLogicalType(type)).parquet] as const,
  );
  const systems = SYSTEM_COLUMNS.filter((column) => system.includes(column.name)).map(
    ({ name, id, type }) => [name, id, type.kind === 'listOfInt' ? undefined : typeNames(type).parquet] as const,
  );
  return new Map(
    [...own, ...systems].map(([name, id, type]) => [
      name,
      { id, physical: type?.physical, converted: type?.converted, logical: type?.logical },
    ]),
  );
}

function found(schema: readonly SchemaElement[]) {
  const columns = schema.slice(1).filter(({ name }) => name !== 'list' && name !== 'element');
  return new Map(
    columns.map(({ name, field_id, type, converted_type, logical_type }) => [
      name,
      {
        id: field_id,
        physical: type,
        converted: converted_type === 'LIST' ? undefined : converted_type,
        logical: logical_type,
      },
    ]),
  );
}

const CURRENT = ['header__change_seq', 'header__timestamp'];
const HISTORY = (SYSTEM_COLUMNS as readonly SystemColumn[])
  .filter(({ feeds }) => feeds?.includes('qlik') ?? true)
  .map((column) => column.name);

describe.each(['edw_fare_transaction', 'edw_card', 'edw_device_event'])('%s', (dataset) => {
  it.each([
    ['current', dataset, CURRENT],
    ['history', `${dataset}_history`, HISTORY],
  ])('%s files have the contract’s types and field ids', async (_, tableName, system) => {
    const files = await filesOf(tableName);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const metadata = parquetMetadata(file.bytes);
      expect(found(metadata.schema)).toEqual(announced(world.contracts.get(dataset)!, system));
      expect(Number(metadata.num_rows)).toBe(file.rows);
      expect(file.bytes.byteLength).toBe(file.size);
      expect(metadata.row_groups.flatMap((group) => group.columns.map((column) => column.meta_data?.codec))).toEqual(
        expect.arrayContaining(['ZSTD']),
      );
    }
  });

  it('current rows read as they are queried', async () => {
    const contract = world.contracts.get(dataset)!;
    const comparable = contract.columns
      .filter(({ type }) => /^(bigint|string|time|boolean)$/.test(type))
      .map(({ name }) => name);
    const read = (
      await Promise.all(
        (await filesOf(dataset)).map((file) =>
          parquetReadObjects({ file: file.bytes, compressors, columns: comparable }),
        ),
      )
    ).flat();
    const queried = await world.rows(
      `SELECT ${comparable.map((name) => `"${name}"::VARCHAR AS "${name}"`).join(', ')} FROM ${dataset}`,
    );
    const text = (row: Record<string, unknown>) =>
      JSON.stringify(
        comparable.map((name) =>
          row[name] === null || row[name] === undefined ? null : String(row[name] as string | bigint | boolean),
        ),
      );
    expect(read.map(text).sort()).toEqual(queried.map(text).sort());
  });
});

it('the mask’s elements have their own id', async () => {
  const [file] = await filesOf('edw_card_history');
  const element = parquetMetadata(file!.bytes).schema.find(({ name }) => name === 'element');
  expect(element).toMatchObject({ field_id: 5, type: 'INT32' });
});
