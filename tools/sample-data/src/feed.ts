import { changeDeliveries, snapshotDeliveries, type Delivery } from './delivery.ts';
import { expectationOf, type Expectation } from './expected.ts';
import { deriveSeed, seededRandom } from './random.ts';
import { openSource, type Source } from './stream.ts';
import { card } from './tables/card.ts';
import { deviceEvent } from './tables/device-event.ts';
import { fareTransaction } from './tables/fare-transaction.ts';
import { product } from './tables/product.ts';
import { stopPoint } from './tables/stop-point.ts';
import { folderOf, type Table } from './table.ts';
import { SECOND } from './time.ts';

export const DEFAULT_SEED: number = 20260301;

/** The feed: what is delivered, table by table. A new table is a file below `tables/` and a word here. */
export const TABLES: readonly Table[] = [fareTransaction, card, stopPoint, product, deviceEvent];

/** The simulated source of a table before its first change. */
export const startSource = (table: Table, seed: number): Source =>
  openSource(table, seededRandom(deriveSeed(seed, folderOf(table))), table.snapshotStart + SECOND);

/** All files of a table in the order of their writing; what must come of them is the generator's last word. */
export function* deliverTable(table: Table, seed: number): Generator<Delivery, Expectation> {
  const source = startSource(table, seed);
  const during = [...(table.during?.(source) ?? [])];
  yield* snapshotDeliveries(table, [...source.live.values()]);
  yield* changeDeliveries(
    source,
    (function* () {
      yield* during;
      yield* table.changes(source);
    })(),
  );
  return expectationOf(source);
}
