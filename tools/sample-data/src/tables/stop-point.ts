import { VENDOR_OPTIONS } from '../csv.ts';
import { STATIONS, stopId } from '../identifiers.ts';
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
import { date, DAY, instant, MINUTE } from '../time.ts';

/**
 * EDW.STOP_POINT: stations (no platform) and their platforms. Full update images, difficult text, a key with NULL in
 * it that only a unique index holds, and the habits of the vendor's small feeds.
 */

const SNAPSHOT_START = instant('2026-03-01T04:14:00.789');

const FIRST = ['Harbor', 'Mill', 'Quarry', 'Lantern', 'Granite', 'Orchard', 'Ferry', 'Beacon Rock'];
const SECOND = ['Gate', 'Pond', 'Street', 'Square', 'Landing', 'Cross'];
const SIGNS = ['', '', '', ' 🚇', ' ⛴️', ' 🚲'];
const TOWNS = ['Norhaven', 'Saint-Élie', 'Östra Marks', 'Kesterby'];

const DESCRIPTIONS = [
  'Two entrances.\nLift at the "north" one.',
  'Fare gates 1-4; validators at gate 2, 5.',
  'Shelter, bench\r\nand a "Pay here" sign',
  "Riders' lounge",
  null,
  '',
];

const stationName = (number: number): string =>
  `${FIRST[number % FIRST.length] ?? ''} ${SECOND[Math.floor(number / FIRST.length) % SECOND.length] ?? ''}`;

const station = (random: Random, number: number): Row => ({
  STOP_ID: stopId(number),
  PLATFORM_CODE: null,
  STOP_NAME: stationName(number) + random.pick(SIGNS),
  DESCRIPTION: random.pick(DESCRIPTIONS),
  MUNICIPALITY: random.pick(TOWNS),
  LATITUDE: (42 + random.int(0, 99_999) / 100_000).toFixed(5),
  LONGITUDE: (-71 - random.int(0, 99_999) / 100_000).toFixed(5),
  ZONE_ID: String(random.int(0, 9)),
  WHEELCHAIR: random.chance(0.7) ? 'y' : 'n',
  VALID_FROM: date(instant('2019-07-01T00:00:00.000') + random.int(0, 2000) * DAY),
  NOTICE: random.pick([null, null, '', 'Lift out of service']),
});

const platform = (random: Random, of: Row, code: string): Row => ({
  ...of,
  PLATFORM_CODE: code,
  STOP_NAME: `${of['STOP_NAME'] ?? ''}, platform ${code}`,
  DESCRIPTION: random.pick(DESCRIPTIONS),
  NOTICE: random.pick([null, '']),
});

function* rows(random: Random): Generator<Row> {
  for (let number = 1; number <= STATIONS; number++) {
    const of = station(random, number);
    yield of;
    const platforms = random.int(1, 3);
    for (let side = 0; side < platforms; side++) yield platform(random, of, 'ABC'.charAt(side));
  }
}

function* ordinary(source: Source, firstStation: number, count: number): Generator<Change> {
  const { random } = source;
  for (let index = 0; index < count; index++) {
    const set = random.pick<Row>([
      { NOTICE: 'Closed after 22:00, use the "Mill" side' },
      { NOTICE: null },
      { NOTICE: '' },
      { DESCRIPTION: random.pick(DESCRIPTIONS) },
      { WHEELCHAIR: 'y', ZONE_ID: String(random.int(0, 9)) },
    ]);
    const changes = update(source, anyRow(source), set);
    yield* random.chance(0.1) ? again(changes) : changes;
    if (random.chance(0.2)) yield* insert(source, station(random, firstStation + index));
    if (random.chance(0.08)) yield* remove(source, anyRow(source));
  }
}

const isPlatform = (row: Row) => row['PLATFORM_CODE'] !== null;
const isStation = (row: Row) => row['PLATFORM_CODE'] === null;

/** Text that a careless reader breaks. */
function* texts(source: Source): Generator<Change> {
  const text = 'Exit to "Quay 9",\n\n🎡 fair grounds; \\ follow the signs\n';
  const described = anyRow(source, isStation);
  yield* update(source, described, { DESCRIPTION: text });
  tell(source, described, 'DESCRIPTION', 'quotes, delimiters, newlines and an emoji in one field; its key holds NULL');
  const emptied = anyRow(source, isPlatform);
  yield* update(source, emptied, { NOTICE: '', DESCRIPTION: null });
  tell(source, emptied, 'NOTICE', 'quoted empty: an empty string');
  tell(source, emptied, 'DESCRIPTION', 'unquoted empty: NULL, and a full image sets it');
  const named = station(source.random, 700);
  yield* insert(source, { ...named, STOP_NAME: '👩‍🦽 "Ramp" Café 東口' });
  tell(source, named, 'STOP_NAME', 'four-byte characters and a joined emoji');
}

/** Keys with NULL in them: to be matched, and to be moved away from. */
function* nullKeys(source: Source): Generator<Change> {
  const closed = anyRow(source, isStation);
  yield* remove(source, closed);
  tell(source, closed, undefined, 'deleted by a key with NULL in it; its platforms stay');
  const raised = anyRow(source, isStation);
  const to = { ...raised, PLATFORM_CODE: 'Z' };
  yield* update(source, raised, { PLATFORM_CODE: 'Z', NOTICE: 'Now a platform' });
  tell(source, raised, undefined, 'moved from a key with NULL in it; the before image shows the key only');
  tell(source, to, 'NOTICE', 'the row of that move, from the full image of its U');
  const renumbered = anyRow(source, isPlatform);
  const platformToo = { ...renumbered, STOP_ID: 'ST-9001' };
  yield* update(source, renumbered, { STOP_ID: 'ST-9001' });
  tell(source, platformToo, 'STOP_NAME', 'moved by the first column of its key');
  const missing = { STOP_ID: 'ST-9999', PLATFORM_CODE: null };
  yield* updateMissing(source, missing, { STOP_NAME: 'Nowhere' });
  tell(source, missing, undefined, 'an orphan under a key with NULL in it');
}

function* changes(source: Source): Generator<Change> {
  yield* ordinary(source, 500, 14);
  yield* texts(source);
  wait(source, 45 * MINUTE);
  yield* ordinary(source, 600, 12);
  yield* nullKeys(source);
  wait(source, 200 * MINUTE);
  const back = reserve(source, anyRow(source, isPlatform));
  yield* remove(source, back);
  yield* insert(source, { ...back, NOTICE: 'Reopened' });
  tell(source, back, 'NOTICE', 'deleted and inserted again');
  yield* ordinary(source, 800, 10);
}

export const stopPoint: Table = {
  schema: 'EDW',
  name: 'STOP_POINT',
  tableVersion: 2,
  columns: [
    { name: 'STOP_ID', type: 'STRING', length: 16 },
    { name: 'PLATFORM_CODE', type: 'STRING', length: 4 },
    { name: 'STOP_NAME', type: 'WSTRING', length: 80 },
    { name: 'DESCRIPTION', type: 'NCLOB' },
    { name: 'MUNICIPALITY', type: 'WSTRING', length: 40 },
    { name: 'LATITUDE', type: 'REAL8' },
    { name: 'LONGITUDE', type: 'REAL8' },
    { name: 'ZONE_ID', type: 'INT1' },
    { name: 'WHEELCHAIR', type: 'BOOLEAN' },
    { name: 'VALID_FROM', type: 'DATE' },
    { name: 'NOTICE', type: 'STRING', length: 80 },
  ],
  key: ['STOP_ID', 'PLATFORM_CODE'],
  keyInDfm: false,
  headers: headers('change_seq', 'change_oper', 'timestamp'),
  updateImage: 'full',
  beforeImage: 'partial',
  options: { ...VENDOR_OPTIONS, endsWithDelimiter: false },
  snapshotStart: SNAPSHOT_START,
  snapshotStems: ['LOAD1', 'LOAD2'],
  rowsPerChangeFile: 36,
  misnamedChangeFile: 1,
  rows,
  changes,
};
