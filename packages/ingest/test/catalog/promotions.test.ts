/** Proves that the catalog shows files only under types that Iceberg's readers cast them to, and says why it waits and what ends that. */
import { currentSnapshot, liveFiles, parseMetadata, schemaOf } from '@farelake/iceberg';
import { folderStore } from '@farelake/lake';
import { audit, listCatalog, resetCatalog, sendBack } from '../../src/index.ts';
import { areTypesNoted, whyNotShown } from '../../src/catalog/showable.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { metadataReader } from '../support/metadata-reader.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

async function delivered() {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', [
    { name: 'ID', type: 'INT4', key: 1 },
    { name: 'AMT', type: 'NUMERIC', precision: 10, scale: 2 },
    { name: 'N', type: 'INT8' },
  ]);
  await delivery.snapshot('LOAD1', [['1', '99999999.99', '5']], { start: '2026-01-01T00:00:00' });
  await world.addTable('EDW.X');
  await world.ingest();
  return { world, delivery };
}

const retype = (world: World, types: Readonly<Record<string, string>>): void => {
  const contract = world.contracts.get('edw_x')!;
  const columns = contract.columns.map((column) => ({ ...column, type: types[column.name] ?? column.type }));
  world.contracts.set('edw_x', { ...contract, version: contract.version + 1, columns });
};

const listed = async (world: World) =>
  new Map((await listCatalog(world, world.contracts.values())).map((table) => [table.tableName, table]));

async function shown(world: World, table: string) {
  const metadata = parseMetadata(await metadataReader.read((await listed(world)).get(table)!.found!));
  const types = Object.fromEntries(schemaOf(metadata).fields.map(({ name, type }) => [name, type]));
  return { amt: types['amt'], n: types['n'], files: await liveFiles(metadataReader, currentSnapshot(metadata)) };
}

it('a type that queries cast to and Iceberg does not waits until the loads were taken through again', async () => {
  const { world, delivery } = await delivered();
  retype(world, { amt: 'decimal(14,4)', n: 'decimal(38,0)' });
  await delivery.changes('20260102-000000000', [{ seq: seq(2), oper: 'I', row: ['2', '7.12', '6'] }], {
    end: '2026-01-02T00:00:01',
  });
  await world.ingest();
  expect(await world.rows('SELECT amt::VARCHAR AS amt FROM edw_x_history ORDER BY id')).toEqual([
    { amt: '99999999.9900' },
    { amt: '7.1200' },
  ]);
  expect(await shown(world, 'edw_x_history')).toMatchObject({ amt: 'decimal(10,2)', n: 'long', files: [{}] });
  const behind = (await listed(world)).get('edw_x_history');
  expect(behind?.state).toBe('behind');
  expect(behind?.because).toMatch(/1 file has column AMT as decimal\(10,2\).*farelake replay --table EDW\.X --all/);
  const { findings } = await audit(world, folderStore(world.delivered));
  expect(findings.map(({ kind, table }) => [kind, table])).toContainEqual(['not-shown', 'edw_x_history']);
  await expect(resetCatalog(world, world.contracts.get('edw_x')!)).resolves.toMatchObject([{}, { done: 'nothing' }]);

  await sendBack(world, {});
  await world.ingest();
  expect((await listed(world)).get('edw_x_history')).toMatchObject({ state: 'current' });
  const { files, ...types } = await shown(world, 'edw_x_history');
  expect(types).toEqual({ amt: 'decimal(14,4)', n: 'decimal(38,0)' });
  expect(files.reduce((sum, { records }) => sum + Number(records), 0)).toBe(2);
  expect((await listed(world)).get('edw_x')).toMatchObject({ state: 'current' });
});

it('files whose types were never noted are shown only as long as the schema that stands can become the contract', async () => {
  const { world, delivery } = await delivered();
  await world.pool.query(`UPDATE ledger.files SET types = NULL`);
  retype(world, { amt: 'decimal(14,4)' });
  await delivery.changes('20260102-000000000', [{ seq: seq(2), oper: 'I', row: ['2', '7.12', '6'] }], {
    end: '2026-01-02T00:00:01',
  });
  await world.ingest();
  expect(await shown(world, 'edw_x_history')).toMatchObject({ amt: 'decimal(10,2)', files: [{}] });
});

it('which types go with which', () => {
  const contract = (type: string, feed = 'qlik') =>
    ({
      ...{ feed, source: { schema: 'EDW', table: 'X' } },
      columns: [{ id: 101, name: 'a', sourceName: 'A', type, treatment: 'keep' }],
    }) as never;
  const group = (type: string) => [{ treatments: null, columnIds: [101], types: { 101: type }, files: 3 }];
  for (const [from, to] of [
    ['bigint', 'bigint'],
    ['decimal(10,2)', 'decimal(12,2)'],
    ['string', 'string'],
  ] as const)
    expect(whyNotShown(contract(to), group(from))).toBeUndefined();
  for (const [from, to] of [
    ['bigint', 'decimal(38,0)'],
    ['decimal(10,2)', 'decimal(14,4)'],
    ['decimal(12,2)', 'decimal(10,2)'],
    ['bigint', 'string'],
  ] as const)
    expect(whyNotShown(contract(to), group(from))).toMatch(`3 files have column A as ${from}`);
  expect(whyNotShown(contract('decimal(38,0)', 'kafka'), group('bigint'))).toMatch('set its type back to bigint');
  expect(whyNotShown(contract('decimal(38,0)', 'kafka'), group('bigint'))).not.toMatch('replay');
  expect(areTypesNoted(group('bigint'))).toBe(true);
  expect(areTypesNoted([{ treatments: null, columnIds: null, types: null, files: 1 }])).toBe(false);
});
