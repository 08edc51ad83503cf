import { DEVICES, deviceId } from '../identifiers.ts';
import type { Random } from '../random.ts';
import {
  again,
  anyRow,
  insert,
  remove,
  reserve,
  tell,
  update,
  updateMissing,
  wait,
  type Change,
  type Source,
} from '../stream.ts';
import { headers, type Row, type Table } from '../table.ts';
import { dateTime, instant, MINUTE } from '../time.ts';

/**
 * EDW.DEVICE_EVENT: what gates and validators report. Binary columns, long text, header columns that mean nothing to
 * the fold, and a task of its own: another delimiter, another NULL, another escape than the rest of the feed.
 */

const ROWS = 480;
const SNAPSHOT_START = instant('2026-03-01T04:28:00.345');

const eventId = (number: number): string => String(9_223_372_036_854_775_000n + BigInt(number));

const LOGS = [
  'gate 3: open; close; open',
  'read failed\nretry 1: ok\nretry 2: "ok"',
  'C:\\fw\\gate\\boot.log',
  '{"temp": 41.5, "path": "\\\\share\\dump"}',
  'NULL',
  '',
  null,
];

const report = (random: Random, number: number, at: number): Row => ({
  EVENT_ID: eventId(number),
  DEVICE_ID: deviceId(random.int(1, DEVICES)),
  EVENT_TYPE: random.pick(['TAP_REJECTED', 'GATE_OPEN', 'LOW_PAPER', 'REBOOT', 'NETWORK_LOST', 'TOLL_READ']),
  SEVERITY: String(random.int(-1, 5)),
  PAYLOAD: random.chance(0.2) ? null : random.hex(16),
  SIGNATURE: random.chance(0.5) ? null : random.hex(32),
  LOG_TEXT: random.pick(LOGS),
  SIGNAL: random.chance(0.2) ? null : random.pick(['-71.5', '-60.25', '-88', '-90.125']),
  QUEUE_LENGTH: String(random.int(0, 60_000)),
  EVENT_DTM: dateTime(at, random.digits(6)),
  EVENT_TIME: `${dateTime(at).slice(11)}${random.digits(2)}`,
  CLEARED: random.chance(0.6) ? '1' : '0',
});

function* rows(random: Random): Generator<Row> {
  for (let number = 0; number < ROWS; number++)
    yield report(random, number, SNAPSHOT_START - (ROWS - number) * 3 * MINUTE - random.int(0, MINUTE));
}

function* ordinary(source: Source, from: number, count: number): Generator<Change> {
  const { random } = source;
  for (let number = from; number < from + count; number++) {
    yield* insert(source, report(random, number, source.now));
    if (random.chance(0.6)) {
      const set = random.chance(0.7) ? { CLEARED: '1' } : { SEVERITY: '0', LOG_TEXT: 'cleared by "desk"; see log' };
      const changes = update(source, anyRow(source), set);
      yield* random.chance(0.08) ? again(changes) : changes;
    }
    if (random.chance(0.08)) yield* remove(source, anyRow(source));
  }
}

function* settings(source: Source): Generator<Change> {
  const word = reserve(
    source,
    anyRow(source, (row) => row['LOG_TEXT'] === 'gate 3: open; close; open'),
  );
  tell(source, word, 'LOG_TEXT', 'holds the delimiter of this table');
  yield* update(source, word, { PAYLOAD: 'DEADBEEF00FF' });
  tell(source, word, 'PAYLOAD', 'binary, delivered as upper-case hex');
  const quotedNull = anyRow(source, (row) => row['LOG_TEXT'] !== 'NULL');
  yield* update(source, quotedNull, { LOG_TEXT: 'NULL' });
  tell(source, quotedNull, 'LOG_TEXT', 'the word NULL in quotes is text');
  const emptied = anyRow(source, (row) => row['LOG_TEXT'] !== '');
  yield* update(source, emptied, { LOG_TEXT: '' });
  tell(source, emptied, 'LOG_TEXT', 'an unquoted empty field is an empty string, as the null value is another');
  const unset = report(source.random, 6000, source.now);
  yield* insert(source, { ...unset, LOG_TEXT: null, SIGNAL: null, SIGNATURE: null });
  tell(source, unset, 'LOG_TEXT', 'the word NULL without quotes is NULL');
  tell(source, unset, 'SIGNAL', 'the word NULL without quotes is NULL in a number too');
}

function* escapes(source: Source): Generator<Change> {
  const escaped = anyRow(source);
  yield* update(source, escaped, { LOG_TEXT: 'say \\"hi\\"\nC:\\temp\\' });
  tell(source, escaped, 'LOG_TEXT', 'backslashes and quotes, written with an escape character');
  const plain = anyRow(source, (row) => row['SIGNATURE'] !== null);
  yield* update(source, plain, { SIGNATURE: 'C0FFEE'.repeat(6) });
  tell(source, plain, 'SIGNATURE', 'a BLOB in a sparse update');
  tell(source, plain, 'EVENT_TIME', 'a time of day with five digits of a second');
  yield* updateMissing(source, { EVENT_ID: '18446744073709551615' }, { CLEARED: '1' });
  tell(source, { EVENT_ID: '18446744073709551615' }, undefined, 'an orphan under the largest UINT8');
  yield* updateMissing(source, { EVENT_ID: eventId(70_000) }, { CLEARED: '0' });
  const back = reserve(source, anyRow(source));
  yield* remove(source, back);
  yield* insert(source, { ...back, EVENT_TYPE: 'REPLAYED' });
  tell(source, back, 'EVENT_TYPE', 'deleted and inserted again');
}

function* changes(source: Source): Generator<Change> {
  yield* ordinary(source, 1000, 28);
  yield* settings(source);
  wait(source, 150 * MINUTE);
  yield* ordinary(source, 1100, 24);
  yield* escapes(source);
  wait(source, 100 * MINUTE);
  yield* ordinary(source, 1200, 20);
}

export const deviceEvent: Table = {
  schema: 'EDW',
  name: 'DEVICE_EVENT',
  tableVersion: 1,
  columns: [
    { name: 'EVENT_ID', type: 'UINT8' },
    { name: 'DEVICE_ID', type: 'INT8' },
    { name: 'EVENT_TYPE', type: 'STRING', length: 20 },
    { name: 'SEVERITY', type: 'INT1' },
    { name: 'PAYLOAD', type: 'BYTES', length: 64 },
    { name: 'SIGNATURE', type: 'BLOB' },
    { name: 'LOG_TEXT', type: 'CLOB' },
    { name: 'SIGNAL', type: 'REAL4' },
    { name: 'QUEUE_LENGTH', type: 'UINT2' },
    { name: 'EVENT_DTM', type: 'DATETIME', scale: 9 },
    { name: 'EVENT_TIME', type: 'TIME', scale: 5 },
    { name: 'CLEARED', type: 'BOOLEAN' },
  ],
  key: ['EVENT_ID'],
  keyInDfm: true,
  headers: headers('change_seq', 'change_oper', 'stream_position', 'transaction_id', 'timestamp'),
  updateImage: 'sparse',
  beforeImage: 'none',
  options: { fieldDelimiter: ';', recordDelimiter: '\n', nullValue: 'NULL', quoteChar: '"', escapeChar: '\\' },
  snapshotStart: SNAPSHOT_START,
  snapshotStems: ['LOAD00000001', 'LOAD00000002'],
  rowsPerChangeFile: 45,
  rows,
  changes,
};
