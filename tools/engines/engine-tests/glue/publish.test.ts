/**
 * Proves over HTTP that pointers in Glue follow the catalog: nothing else of a table changes, no reader sees an older version
 * after a newer one however many publish at once, and what somebody else wrote over a pointer is set right.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { UpdateTableCommand, type Table } from '@aws-sdk/client-glue';
import { gluePublications } from '@farelake/db';
import { publishPointers, readContracts } from '@farelake/ingest';
import { openGlueCatalog } from '@farelake/lake';
import { closeWorlds, openWorld, REPOSITORY, type World } from '../../../../packages/ingest/test/support/world.ts';
import {
  commit,
  DATABASE,
  describeGlue,
  firstMetadata,
  metadataOf,
  openGlueLake,
  type GlueLake,
} from './support/lake.ts';

describeGlue('publication to Glue', () => {
  let lake: GlueLake;
  let world: World;
  beforeAll(async () => {
    lake = await openGlueLake();
    Object.assign(process.env, lake.variables);
    world = await openWorld(undefined, { glueDatabase: DATABASE });
  });
  afterAll(async () => {
    await closeWorlds();
    await lake.close();
  });

  const publish = (table: string, check = true) => publishPointers(world, { tables: [table], check });
  const newest = (table: string, version: number) => ({
    metadata: metadataOf(table, version),
    version: String(version),
  });
  const record = async (table: string) => (await gluePublications(world.pool, DATABASE)).get(table);

  /** A small table at a version that is published. */
  async function published(table: string, versions: number): Promise<void> {
    await lake.createSmall(table);
    for (let n = 0; n < versions; n += 1) await commit(world.pool, table);
    await publish(table);
    expect(await lake.shown(table)).toEqual(newest(table, versions));
  }

  /** All that a publication has to leave as it was. */
  function rest({ Parameters = {}, ...table }: Table): object {
    const { VersionId, UpdateTime, ...whole } = table;
    const ours = ['table_type', 'metadata_location', 'previous_metadata_location', 'farelake.table_version'];
    const others = Object.entries(Parameters).filter(([name]) => !ours.includes(name));
    expect(VersionId).toBeDefined();
    expect(UpdateTime === undefined || UpdateTime instanceof Date || typeof UpdateTime === 'object').toBe(true);
    return { ...whole, Parameters: Object.fromEntries(others) };
  }

  it('moves the pointer of every table of the registry, and nothing else of any', async () => {
    const { contracts } = await readContracts(path.join(REPOSITORY, 'packages/schema-registry/registry'));
    const names = (await Promise.all([...contracts.values()].map((one) => lake.createTables(one)))).flat();
    expect(names.length).toBeGreaterThan(20);
    const before = new Map<string, Table>();
    for (const name of names) {
      before.set(name, await lake.table(name));
      await commit(world.pool, name);
    }
    const done = await publishPointers(world, { tables: names });
    expect(done.map(({ table, outcome }) => [table, outcome])).toEqual(names.sort().map((name) => [name, 'moved']));
    for (const name of names) {
      const [was, is] = [before.get(name)!, await lake.table(name)];
      expect(rest(is)).toEqual(rest(was));
      expect(is.StorageDescriptor?.Columns?.every(({ Comment, Parameters }) => Comment && Parameters)).toBe(true);
      expect(is.Parameters).toEqual({
        ...was.Parameters,
        table_type: 'ICEBERG',
        metadata_location: metadataOf(name, 1),
        previous_metadata_location: firstMetadata(name),
        'farelake.table_version': '1',
      });
    }
    // Nothing is asked again of what stands where it should, but by the tick.
    lake.front.seen.length = 0;
    expect(await publishPointers(world, { tables: names })).toEqual([]);
    expect(lake.front.seen).toEqual([]);
    expect((await publishPointers(world, { tables: names, check: true })).map(({ outcome }) => outcome)).toEqual(
      names.map(() => 'right'),
    );
    expect(new Set(lake.front.seen.map(({ action }) => action))).toEqual(new Set(['GetTable']));
  });

  it('loses no field that a table in Glue may have', async () => {
    const [Name, day] = ['every_field', new Date(Date.UTC(2026, 0, 2, 3, 4, 5))];
    await lake.create({
      ...{ Name, Description: 'é “quoted”', Owner: 'fares', Retention: 30, TableType: 'EXTERNAL_TABLE' },
      ...{ LastAccessTime: day, LastAnalyzedTime: day, ViewOriginalText: 'SELECT 1', ViewExpandedText: 'SELECT 2' },
      PartitionKeys: [{ Name: 'day', Type: 'date', Comment: 'of service', Parameters: { p: 'q' } }],
      Parameters: { table_type: 'ICEBERG', somebody: 'else', empty: '' },
      StorageDescriptor: {
        Columns: [
          { Name: 'id', Type: 'bigint', Comment: 'number\nand more', Parameters: { 'iceberg.field.id': '101' } },
          { Name: 'mask', Type: 'array<int>' },
        ],
        Location: `s3://lake/stage/${Name}`,
        AdditionalLocations: ['s3://lake/more'],
        InputFormat: 'in',
        OutputFormat: 'out',
        Compressed: true,
        NumberOfBuckets: 3,
        SerdeInfo: { Name: 'serde', SerializationLibrary: 'lib', Parameters: { a: 'b' } },
        BucketColumns: ['id'],
        SortColumns: [{ Column: 'id', SortOrder: 1 }],
        Parameters: { c: 'd' },
        SkewedInfo: {
          SkewedColumnNames: ['id'],
          SkewedColumnValues: ['1'],
          SkewedColumnValueLocationMaps: { '1': 's3://lake/skewed' },
        },
        StoredAsSubDirectories: true,
        SchemaReference: { SchemaId: { SchemaName: 's', RegistryName: 'r' }, SchemaVersionNumber: 2 },
      },
    });
    const before = await lake.table(Name);
    await commit(world.pool, Name);
    expect(await publish(Name)).toMatchObject([{ outcome: 'moved', version: 1 }]);
    const after = await lake.table(Name);
    expect(rest(after)).toEqual(rest(before));
    expect(after.Parameters).not.toHaveProperty('previous_metadata_location');
  });

  it('passes over versions that came faster than it, and asks for no archive', async () => {
    await published('faster', 1);
    for (let n = 0; n < 3; n += 1) await commit(world.pool, 'faster');
    lake.front.seen.length = 0;
    expect(await publish('faster', false)).toEqual([
      { table: 'faster', outcome: 'moved', version: 4, was: null, trouble: null },
    ]);
    expect(lake.front.seen).toEqual([
      { action: 'GetTable', table: 'faster', skipArchive: undefined },
      { action: 'UpdateTable', table: 'faster', skipArchive: true },
    ]);
    expect(await lake.table('faster')).toMatchObject({
      Parameters: { previous_metadata_location: metadataOf('faster', 1), 'farelake.dataset': 'faster' },
    });
  });

  it('without a database of Glue nothing is asked', async () => {
    await commit(world.pool, 'nowhere');
    expect(await publishPointers({ pool: world.pool, signal: world.signal }, { check: true })).toEqual([]);
  });

  it('twenty publishers at once: the newest stands in the end, and no reader ever sees an older version after a newer', async () => {
    const table = 'contended';
    await lake.createSmall(table);
    await commit(world.pool, table);
    const conflicts = lake.front.conflicts;
    lake.front.delay = 25;
    const over = new AbortController();
    const commits = (async () => {
      for (let n = 1; n < 40; n += 1) {
        await commit(world.pool, table);
        await pause(Math.random() * 60);
      }
      over.abort();
    })();
    const publishers = Array.from({ length: 20 }, async () => {
      const done: string[] = [];
      while (!over.signal.aborted) {
        await pause(Math.random() * 100);
        done.push(...(await publish(table, Math.random() < 0.5)).map(({ outcome, trouble }) => trouble ?? outcome));
      }
      return done;
    });
    const seen: number[] = [];
    const reader = (async () => {
      while (!over.signal.aborted) seen.push(Number((await lake.shown(table)).version ?? 0));
    })();
    await Promise.all([commits, reader]);
    const outcomes = new Set((await Promise.all(publishers)).flat());
    lake.front.delay = 0;
    await publish(table);
    expect(await lake.shown(table)).toEqual(newest(table, 40));
    expect(await record(table)).toMatchObject({ version: 40, healed: 0, trouble: null });
    expect([...outcomes].filter((one) => one !== 'moved' && one !== 'right')).toEqual([]);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    const states = (await lake.history(table)).map(({ Parameters }) => Parameters ?? {});
    const versions = states.map((parameters) => Number(parameters['farelake.table_version'] ?? 0));
    // Each update brought a newer one.
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    // How many of the forty got there, and were not passed over, is a matter of how busy the machine is.
    expect(versions.length).toBeGreaterThan(3);
    for (const [n, parameters] of states.entries())
      if (n > 0)
        expect(parameters).toMatchObject({
          metadata_location: metadataOf(table, versions[n]!),
          previous_metadata_location: states[n - 1]!['metadata_location']!,
        });
    expect(lake.front.conflicts - conflicts).toBeGreaterThan(0);
  });

  const OLD = (table: string) => metadataOf(table, 2);
  /** A table of this ledger that has got further than others. */
  const SIBLING = 'sibling';
  const FOREIGN = () => 's3://elsewhere/metadata/v7.metadata.json';
  it.each<[string, (table: string) => Record<string, string | undefined>]>([
    ['an old file, the version kept', (table) => ({ metadata_location: OLD(table) })],
    [
      'an old file, the version removed',
      (table) => ({ metadata_location: OLD(table), 'farelake.table_version': undefined }),
    ],
    [
      'an old file, the version set back with it',
      (table) => ({ metadata_location: OLD(table), 'farelake.table_version': '2' }),
    ],
    [
      'an old file, the version forged to be newer than all',
      (table) => ({ metadata_location: OLD(table), 'farelake.table_version': '999' }),
    ],
    [
      'an old file, the version no number',
      (table) => ({ metadata_location: OLD(table), 'farelake.table_version': 'newest' }),
    ],
    ['a foreign file, the version kept', () => ({ metadata_location: FOREIGN() })],
    ['a foreign file, the version forged', () => ({ metadata_location: FOREIGN(), 'farelake.table_version': '999' })],
    [
      "the table's first file and no version, as a program that makes it anew",
      (table) => ({
        metadata_location: firstMetadata(table),
        'farelake.table_version': undefined,
        previous_metadata_location: undefined,
      }),
    ],
    [
      "another table's newest file, and its version",
      () => ({ metadata_location: metadataOf(SIBLING, 6), 'farelake.table_version': '6' }),
    ],
    [
      "another table's old file, and its version",
      () => ({ metadata_location: metadataOf(SIBLING, 2), 'farelake.table_version': '2' }),
    ],
    [
      "a file beside another table's, named as ours, that nobody knows",
      () => ({ metadata_location: metadataOf(SIBLING, 900), 'farelake.table_version': '900' }),
    ],
    ['no pointer at all', () => ({ metadata_location: undefined })],
    ['the version forged alone', () => ({ 'farelake.table_version': '1' })],
    ['the table taken for one of Hive', () => ({ table_type: undefined })],
  ])('%s: set right by the next tick, and counted', async (what, parametersOf) => {
    const table = `hostile_${what.replaceAll(/[^a-z]+/g, '_')}`;
    await published(table, 4);
    while ((await commit(world.pool, SIBLING)) < 6) continue;
    const before = rest(await lake.table(table));
    await lake.rewrite(table, parametersOf(table));
    const hostile = (await lake.shown(table)).metadata ?? null;
    expect(await publish(table)).toEqual([{ table, outcome: 'healed', version: 4, was: hostile, trouble: null }]);
    expect(await lake.shown(table)).toEqual(newest(table, 4));
    expect((await lake.table(table)).Parameters).toMatchObject({ table_type: 'ICEBERG' });
    expect(rest(await lake.table(table))).toEqual(before);
    expect(await record(table)).toMatchObject({ version: 4, healed: 1, healedAt: expect.anything(), trouble: null });
    expect(await publish(table)).toMatchObject([{ outcome: 'right' }]);
  });

  it('a rewrite between look and update is seen, and set right in the same go', async () => {
    await published('between', 2);
    await commit(world.pool, 'between');
    let rewritten = false;
    lake.front.before = async ({ action, table }) => {
      if (action !== 'UpdateTable' || table !== 'between' || rewritten) return;
      rewritten = true;
      await lake.rewrite('between', { metadata_location: metadataOf('between', 1) });
    };
    const done = await publish('between');
    lake.front.before = () => undefined;
    expect(done).toMatchObject([{ outcome: 'healed', version: 3, was: metadataOf('between', 1) }]);
    expect(await lake.shown('between')).toEqual(newest('between', 3));
  });

  it('a VersionId that is not the newest changes nothing', async () => {
    await published('conflict', 1);
    const catalog = await openGlueCatalog(DATABASE, world.signal);
    const found = (await catalog.table('conflict'))!;
    await lake.rewrite('conflict', { somebody: 'was here' });
    expect(await catalog.point(found, { metadata: metadataOf('conflict', 2), version: 2 })).toBe(false);
    expect(await lake.table('conflict')).toMatchObject({
      Parameters: { somebody: 'was here', metadata_location: metadataOf('conflict', 1) },
    });
  });

  it('the emulator alone does not check VersionId: the front does it (the day it does, the front need not)', async () => {
    await published('unchecked', 1);
    const { Name, Parameters } = await lake.table('unchecked');
    await lake.other.send(
      new UpdateTableCommand({ DatabaseName: DATABASE, TableInput: { Name, Parameters }, VersionId: '1' }),
    );
    expect((await lake.table('unchecked')).VersionId).toBe('3');
  });
});
