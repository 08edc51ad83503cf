/**
 * Tables that commands made (Qlik's of the sample feed with their histories, a set of DMAP, a topic, all types, a schema that grew):
 * every reader tells the rows that `farelake query` tells, now and at an older snapshot.
 */
import { beforeAll, expect, it } from '@jest/globals';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Comparison, IcebergReader, Row } from '@farelake/engines';
import { ingestFirst, ingestSecond } from '../support/feeds.ts';
import { recordTables, type IcebergHome, type Moment, type Recorded } from '../support/home.ts';
import { NAMESPACE, READERS } from '../support/readers.ts';
import { asToldBy } from '../support/rows.ts';
import type { AskShared } from './suite.ts';

const TABLES = [
  ...['dmap_agg_trips', 'edw_card', 'edw_card_history', 'edw_device_event', 'edw_device_event_history'],
  ...['edw_fare_transaction', 'edw_fare_transaction_history', 'edw_growing', 'edw_growing_history'],
  ...['edw_product', 'edw_product_history', 'edw_stop_point', 'edw_stop_point_history', 'edw_typed'],
  ...['edw_typed_history', 'taps'],
];

export function ingested(shared: AskShared, home: () => IcebergHome): void {
  let first: Moment;
  let newest: Moment;

  beforeAll(async () => {
    const folder = path.join(shared().folder, 'delivered');
    await ingestFirst(home(), folder);
    first = await recordTables(home());
    await ingestSecond(home(), folder);
    newest = await recordTables(home());
  }, 300_000);

  it('is about every table, of which each has changed', () => {
    for (const { tables } of [first, newest]) expect(tables.map(({ table }) => table.table)).toEqual(TABLES);
    for (const [at, { table, snapshotId, rows }] of newest.tables.entries()) {
      expect([table.table, rows.length > 0]).toEqual([table.table, true]);
      expect(snapshotId).not.toBe(first.tables[at]!.snapshotId);
    }
  });

  it.each(READERS)('%s tells the rows of farelake query', async (name) => {
    const reader = shared().readers.called(name);
    for (const recorded of newest.tables) await compare(reader, recorded);
  });

  it.each(READERS)('%s tells the rows of then at the older snapshot', async (name) => {
    const reader = shared().readers.called(name);
    for (const recorded of first.tables) await compare(reader, recorded, recorded.snapshotId);
  });

  it.each(READERS.filter((name) => name !== 'icebird'))('%s finds that snapshot by time, too', async (name) => {
    const reader = shared().readers.called(name);
    for (const { table, rows } of first.tables.filter((one) => /edw_card$|taps|dmap/.test(one.table.table)))
      expect([table, (await reader.rows(table, { asOf: first.at })).length]).toEqual([table, rows.length]);
  });

  it.each(READERS.filter((name) => name !== 'icebird'))('%s opens one segment of six for a key', async (name) => {
    const reader = shared().readers.called(name);
    const table = { namespace: NAMESPACE, table: 'edw_fare_transaction' };
    const keys = newest.tables.find((one) => one.table.table === table.table)!.rows.map((row) => row['transaction_id']);
    const filter: Comparison[] = [{ column: 'transaction_id', is: '=', value: keys[1234] as string }];
    expect((await reader.plannedFiles!(table)).length).toBeGreaterThan(5);
    expect(await reader.plannedFiles!(table, { filter })).toHaveLength(1);
    expect(await reader.rows(table, { filter })).toHaveLength(1);
  });
}

async function compare(reader: IcebergReader, recorded: Recorded, snapshotId?: bigint): Promise<void> {
  const { table } = recorded;
  const options = snapshotId === undefined ? {} : { snapshotId };
  const columns = await reader.schema(table, options);
  const said = asToldBy(reader, columns, recorded.rows);
  const read = asToldBy(reader, columns, await reader.rows(table, options));
  if (!table.table.endsWith('_history')) {
    requireEqual(table.table, read, said);
    return;
  }
  // The view leaves out what was delivered again; the table has it.
  expect({ table, rows: read.length }).toEqual({ table, rows: recorded.files });
  expect(new Set(read.map(placeOf)).size).toBe(read.length);
  const shown = new Set(said.map(placeOf));
  requireEqual(
    table.table,
    read.filter((row) => shown.has(placeOf(row))),
    said,
  );
}

const placeOf = ({ _load_id: load, _line: line }: Row): string => JSON.stringify([load, line]);

/** Both sorted. A table of thousands of rows that differ would be no message. */
function requireEqual(table: string, read: readonly Row[], said: readonly Row[]): void {
  const at = said.findIndex((row, n) => !isDeepStrictEqual(row, read[n]));
  const few = (rows: readonly Row[]) => ({ table, count: rows.length, rows: at === -1 ? [] : rows.slice(at, at + 2) });
  expect(few(read)).toEqual(few(said));
}
