import { VENDOR_OPTIONS } from '../csv.ts';
import { PRODUCTS, productId } from '../identifiers.ts';
import type { Random } from '../random.ts';
import {
  again,
  anyRow,
  insert,
  remove,
  reserve,
  tell,
  truncate,
  update,
  updateMissing,
  wait,
  type Change,
  type Source,
} from '../stream.ts';
import { headers, type Row, type Table } from '../table.ts';
import { date, DAY, instant, MINUTE } from '../time.ts';

/** EDW.PRODUCT: what can be bought. A parallel snapshot, and a truncation followed by a new tariff. */

const SNAPSHOT_START = instant('2026-03-01T04:21:00.012');
const KINDS = ['Single ride', 'Day pass', '7-day pass', 'Monthly pass', 'Stored value'];
const SERVICES = ['Bus', 'Subway', 'Ferry', 'Commuter rail', 'All modes'];
/** Doubles in every way a source may print them. */
const FACTORS = ['1', '0.5', '0.875', '1.25', '2.5E-1', '1e-05', '-0.125', '123456.789'];

const tariff = (random: Random, number: number): Row => ({
  PRODUCT_ID: productId(number),
  PRODUCT_CODE: `P${String(number).padStart(3, '0')}`,
  PRODUCT_NAME: `${random.pick(KINDS)} (${random.pick(SERVICES)})`,
  PRICE: `${random.int(1, 95)}.${random.pick(['00', '25', '40', '50', '75'])}`,
  PEAK_FACTOR: random.pick(FACTORS),
  DISCOUNT: random.chance(0.3) ? null : random.pick(['0.5', '0.25', '0.125']),
  VALID_MINUTES: random.pick(['120', '1440', '10080', '44640']),
  MAX_USES: random.pick(['-1', '1', '2', '10']),
  ON_SALE: random.chance(0.8) ? 't' : 'f',
  SALE_START: date(instant('2020-01-01T00:00:00.000') + random.int(0, 1800) * DAY),
});

function* rows(random: Random): Generator<Row> {
  for (let number = 1; number <= PRODUCTS; number++) yield tariff(random, number);
}

function* ordinary(source: Source, firstProduct: number, count: number): Generator<Change> {
  const { random } = source;
  for (let index = 0; index < count; index++) {
    const set = random.chance(0.5)
      ? { PRICE: `${random.int(1, 95)}.00` }
      : { PEAK_FACTOR: random.pick(FACTORS), ON_SALE: 'f' };
    yield* update(source, anyRow(source), set);
    if (random.chance(0.3)) yield* insert(source, tariff(random, firstProduct + index));
  }
}

/** Products of the old tariff that the new one does not have. */
const ENDED = new Set([7, 13, 21, 22, 30]);

function* newTariff(source: Source): Generator<Change> {
  yield* truncate(source);
  for (let number = 1; number <= PRODUCTS + 6; number++) {
    if (!ENDED.has(number)) yield* insert(source, { ...tariff(source.random, number), DISCOUNT: null });
  }
  tell(source, { PRODUCT_ID: productId(7) }, undefined, 'removed by the truncation and not inserted again');
  yield* updateMissing(source, { PRODUCT_ID: productId(13) }, { PRICE: '9.99' });
  tell(source, { PRODUCT_ID: productId(13) }, undefined, 'updated after the truncation removed it: an orphan');
  tell(source, { PRODUCT_ID: productId(1) }, 'DISCOUNT', 'nothing of the row before the truncation is left');
  tell(source, { PRODUCT_ID: productId(1) }, 'PRICE', 'the price of the new tariff');
}

function* changes(source: Source): Generator<Change> {
  yield* ordinary(source, 200, 10);
  const ended = anyRow(source);
  yield* remove(source, ended);
  wait(source, 180 * MINUTE);
  yield* newTariff(source);
  wait(source, 60 * MINUTE);
  const small = reserve(source, anyRow(source));
  yield* again(update(source, small, { PEAK_FACTOR: '1e-05' }));
  tell(source, small, 'PEAK_FACTOR', 'a double with an exponent; its U is delivered twice');
  tell(source, small, 'PRODUCT_CODE', 'not named by the sparse update');
  yield* ordinary(source, 300, 8);
}

export const product: Table = {
  schema: 'EDW',
  name: 'PRODUCT',
  tableVersion: 1,
  columns: [
    { name: 'PRODUCT_ID', type: 'INT4' },
    { name: 'PRODUCT_CODE', type: 'STRING', length: 8 },
    { name: 'PRODUCT_NAME', type: 'WSTRING', length: 60 },
    { name: 'PRICE', type: 'NUMERIC', precision: 9, scale: 2 },
    { name: 'PEAK_FACTOR', type: 'REAL8' },
    { name: 'DISCOUNT', type: 'REAL4' },
    { name: 'VALID_MINUTES', type: 'UINT2' },
    { name: 'MAX_USES', type: 'INT1' },
    { name: 'ON_SALE', type: 'BOOLEAN' },
    { name: 'SALE_START', type: 'DATE' },
  ],
  key: ['PRODUCT_ID'],
  keyInDfm: true,
  headers: headers('change_seq', 'change_oper', 'timestamp'),
  updateImage: 'sparse',
  beforeImage: 'none',
  options: VENDOR_OPTIONS,
  snapshotStart: SNAPSHOT_START,
  snapshotStems: ['LOAD_1_00000001', 'LOAD_2_00000001'],
  rowsPerChangeFile: 30,
  rows,
  changes,
};
