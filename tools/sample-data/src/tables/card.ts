import { VENDOR_OPTIONS } from '../csv.ts';
import { CARDS, cardToken } from '../identifiers.ts';
import type { Random } from '../random.ts';
import {
  again,
  anyRow,
  insert,
  remove,
  reserve,
  splitAfterFirst,
  tell,
  together,
  update,
  updateMissing,
  wait,
  type Change,
  type Source,
} from '../stream.ts';
import { headers, type Row, type Table } from '../table.ts';
import { date, dateTime, DAY, instant, MINUTE } from '../time.ts';

/**
 * EDW.CARD: fare media behind pseudonymous tokens. Change masks, full before images, and keys that move when a token
 * is issued anew.
 */

const SNAPSHOT_START = instant('2026-03-01T04:07:00.456');
const STATUSES = ['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE', 'SUSPENDED', 'EXPIRED'];

const issue = (random: Random, number: number): Row => {
  const activated = instant('2023-01-01T00:00:00.000') + random.int(0, 1100) * DAY;
  return {
    CARD_TOKEN: cardToken(number),
    ISSUER_ID: String(random.int(1, 4)),
    MEDIA_TYPE: random.pick(['SMARTCARD', 'SMARTCARD', 'MOBILE', 'PAPER', 'BANKCARD']),
    STATUS: random.pick(STATUSES),
    RIDER_CLASS: random.pick(['Adult', 'Adult', 'Senior', 'Student', 'Reduced fare']),
    ACTIVATED_DATE: date(activated),
    EXPIRY_DATE: random.chance(0.15) ? null : date(activated + 1826 * DAY),
    STORED_VALUE: `${random.int(0, 120)}.${random.digits(2)}`,
    PENDING_VALUE: random.chance(0.9) ? '0.00' : `${random.int(1, 40)}.00`,
    AUTOLOAD: random.chance(0.3) ? 'true' : 'false',
    ACCOUNT_TOKEN: random.chance(0.4) ? null : `acc_${random.hex(12).toLowerCase()}`,
    TAP_COUNT: String(random.int(0, 4000)),
    BLOCK_REASON: null,
    LAST_USED_DTM: random.chance(0.1)
      ? null
      : dateTime(SNAPSHOT_START - random.int(0, 60 * 24 * 60) * MINUTE, random.digits(4)),
  };
};

function* rows(random: Random): Generator<Row> {
  for (let number = 1; number <= CARDS; number++) yield issue(random, number);
}

const use = ({ random, now }: Source, row: Row): Row => ({
  STORED_VALUE: `${random.int(0, 120)}.${random.digits(2)}`,
  TAP_COUNT: String(Number(row['TAP_COUNT']) + random.int(1, 6)),
  LAST_USED_DTM: dateTime(now, random.digits(4)),
});

const service = ({ random }: Source): Row =>
  random.pick<Row>([
    { STATUS: 'SUSPENDED', BLOCK_REASON: 'reported lost' },
    { STATUS: 'ACTIVE', BLOCK_REASON: null },
    { AUTOLOAD: 'true', PENDING_VALUE: '20.00' },
    { ACCOUNT_TOKEN: null, AUTOLOAD: 'false' },
    { EXPIRY_DATE: null },
  ]);

function* ordinary(source: Source, firstCard: number, count: number): Generator<Change> {
  const { random } = source;
  for (let index = 0; index < count; index++) {
    const row = anyRow(source);
    const changes = update(source, row, random.chance(0.6) ? use(source, row) : service(source));
    yield* random.chance(0.05) ? again(changes) : changes;
    if (random.chance(0.12)) yield* remove(source, anyRow(source));
    if (random.chance(0.25)) yield* insert(source, issue(random, firstCard + index));
  }
}

const reissued = (number: number): Row => ({ CARD_TOKEN: cardToken(50_000 + number) });

/** What a mask says, and what it does not. */
function* masks(source: Source): Generator<Change> {
  const cleared = anyRow(source, (row) => row['EXPIRY_DATE'] !== null && row['ACCOUNT_TOKEN'] !== null);
  yield* update(source, cleared, { EXPIRY_DATE: null });
  tell(source, cleared, 'EXPIRY_DATE', 'set to NULL by its mask');
  tell(source, cleared, 'ACCOUNT_TOKEN', 'not masked: as it was');
  const touched = anyRow(source, (row) => row['LAST_USED_DTM'] !== null);
  yield* update(source, touched, {});
  tell(source, touched, 'LAST_USED_DTM', 'an update whose mask is empty (not NULL) changes nothing');
  const unmasked = anyRow(source, (row) => row['ACCOUNT_TOKEN'] !== null);
  yield* update(source, unmasked, { STATUS: 'EXPIRED' }, 'unmasked');
  tell(source, unmasked, 'STATUS', 'an update without mask falls back to the sparse rule');
  tell(source, unmasked, 'ACCOUNT_TOKEN', 'NULL in an update without mask leaves the column alone');
}

/** Keys that change: a before image and an update of different keys. */
function* moves(source: Source): Generator<Change> {
  const old = anyRow(source, (row) => row['ACCOUNT_TOKEN'] !== null);
  reserve(source, reissued(1));
  yield* splitAfterFirst(update(source, old, { ...reissued(1), TAP_COUNT: '0' }));
  tell(source, old, undefined, 'moved to another key; B and U lie in different files');
  tell(source, reissued(1), 'TAP_COUNT', 'moved, and changed by the same update');
  tell(source, reissued(1), 'ACCOUNT_TOKEN', 'carried over from the before image by the move');
  const twice = anyRow(source);
  reserve(source, reissued(2));
  yield* update(source, twice, reissued(2), 'unmasked');
  yield* update(source, reissued(2), reissued(3));
  tell(source, reissued(2), undefined, 'a stop on the way of a row that moved twice');
  tell(source, reissued(3), 'ACTIVATED_DATE', 'moved twice, first without a mask, then with one');
  yield* insert(source, { ...issue(source.random, 1), CARD_TOKEN: twice['CARD_TOKEN'] ?? null, STATUS: 'REISSUED' });
  tell(source, twice, 'STATUS', 'a new row under a key that another row moved away from');
}

/** One statement over several rows: one change sequence, several keys, one of them moving. */
function* sharedSequence(source: Source): Generator<Change> {
  const [first, second, moving] = [0, 1, 2].map(() => reserve(source, anyRow(source))) as [Row, Row, Row];
  yield* together(source, () => [
    ...update(source, first, { STATUS: 'RECALLED' }),
    ...update(source, second, { STATUS: 'RECALLED' }),
    ...update(source, moving, { ...reissued(4), STATUS: 'RECALLED' }),
  ]);
  tell(source, first, 'STATUS', 'shares its change sequence with two other keys');
  tell(source, second, 'STATUS', 'shares its change sequence with two other keys');
  tell(source, moving, undefined, 'moved within a shared sequence');
  tell(source, reissued(4), 'STATUS', 'the key that was moved to within a shared sequence');
}

function* endings(source: Source): Generator<Change> {
  const back = reserve(source, anyRow(source));
  yield* again(remove(source, back));
  yield* insert(source, { ...back, STATUS: 'ACTIVE', BLOCK_REASON: null, STORED_VALUE: '0.00' });
  tell(source, back, 'STORED_VALUE', 'deleted and issued again; the D is delivered once more in the next file');
  yield* updateMissing(source, { CARD_TOKEN: cardToken(90_001) }, { STATUS: 'ACTIVE' });
  tell(source, { CARD_TOKEN: cardToken(90_001) }, undefined, 'an orphan: updated, never inserted');
  yield* updateMissing(source, { CARD_TOKEN: cardToken(90_002) }, { BLOCK_REASON: null });
}

function* changes(source: Source): Generator<Change> {
  yield* ordinary(source, 1000, 30);
  yield* masks(source);
  yield* ordinary(source, 1100, 25);
  yield* moves(source);
  wait(source, 300 * MINUTE);
  yield* ordinary(source, 1200, 25);
  yield* sharedSequence(source);
  yield* endings(source);
  wait(source, 90 * MINUTE);
  yield* ordinary(source, 1300, 20);
}

export const card: Table = {
  schema: 'EDW',
  name: 'CARD',
  tableVersion: 1,
  columns: [
    { name: 'CARD_TOKEN', type: 'STRING', length: 32 },
    { name: 'ISSUER_ID', type: 'INT2' },
    { name: 'MEDIA_TYPE', type: 'STRING', length: 16 },
    { name: 'STATUS', type: 'STRING', length: 16 },
    { name: 'RIDER_CLASS', type: 'WSTRING', length: 40 },
    { name: 'ACTIVATED_DATE', type: 'DATE' },
    { name: 'EXPIRY_DATE', type: 'DATE' },
    { name: 'STORED_VALUE', type: 'NUMERIC', precision: 12, scale: 2 },
    { name: 'PENDING_VALUE', type: 'NUMERIC', precision: 12, scale: 2 },
    { name: 'AUTOLOAD', type: 'BOOLEAN' },
    { name: 'ACCOUNT_TOKEN', type: 'STRING', length: 32 },
    { name: 'TAP_COUNT', type: 'UINT4' },
    { name: 'BLOCK_REASON', type: 'STRING', length: 40 },
    { name: 'LAST_USED_DTM', type: 'DATETIME', scale: 7 },
  ],
  key: ['CARD_TOKEN'],
  keyInDfm: true,
  headers: headers('change_seq', 'change_oper', 'change_mask', 'timestamp'),
  updateImage: 'sparse',
  beforeImage: 'full',
  options: VENDOR_OPTIONS,
  snapshotStart: SNAPSHOT_START,
  snapshotStems: ['LOAD00000001', 'LOAD00000002', 'LOAD00000003'],
  rowsPerChangeFile: 60,
  rows,
  changes,
};
