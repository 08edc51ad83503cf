/** Values that a fare system might have: by the column's name where it says what is meant, else by its kind. All invented. */
import type { Random } from '../random.ts';
import { date, MINUTE } from '../time.ts';
import type { SetColumn } from './columns.ts';

/** What the fields of one row have in common. */
export interface RowContext {
  readonly random: Random;
  /** When it happened, milliseconds since 1970. */
  readonly at: number;
}

type Maker = (context: RowContext) => string;

const pick =
  (...values: readonly string[]): Maker =>
  ({ random }) =>
    random.pick(values);
const number =
  (from: number, to: number): Maker =>
  ({ random }) =>
    String(random.int(from, to));
/** There in so many of a hundred rows, else empty. */
const sometimes =
  (percent: number, make: Maker): Maker =>
  (context) =>
    context.random.chance(percent / 100) ? make(context) : '';

const FIRST = ['alex', 'sam', 'jo', 'kim', 'lee', 'pat', 'robin', 'max'];
const LAST = ['ashdown', 'birchall', 'corran', 'dunmore', 'elver', 'farrow', 'greer', 'hollis'];
const STREETS = ['Harbor St', 'Mill Road', 'Chestnut Ave', 'Orchard Lane', 'Foundry Street', 'Summit Drive'];
const STATIONS = [
  'Harbor Point',
  'Mill Square',
  'Chestnut Hill West',
  'Orchard',
  "Foundry, O'Neil Street",
  'Summit "Upper"',
];
const SERVICES = ['Bus', 'Heavy Rail', 'Light Rail', 'Ferry', 'Commuter Rail'];

/** By the whole name, or its end; the first that fits. */
const MAKERS: readonly (readonly [RegExp, Maker])[] = [
  [/^id$|^dw_transaction_id$|^inspection_id$|^device_transaction_id$/, ({ random }) => uuid(random)],
  [/^customer_email$/, sometimes(30, ({ random }) => `${random.pick(FIRST)}.${random.pick(LAST)}@example.org`)],
  [/^customer_address$/, sometimes(30, ({ random }) => `${random.int(1, 980)} ${random.pick(STREETS)}`)],
  [/^customer_city$/, sometimes(30, pick('Harborview', 'Millbrook', 'Orchard Falls'))],
  [/^customer_state$/, sometimes(30, pick('MA', 'RI', 'NH'))],
  [/^customer_postal_code$/, sometimes(30, ({ random }) => `0${random.int(1001, 2799)}`)],
  [/^serial_nbr$/, ({ random }) => `0${random.digits(15)}`],
  [/^external_account_id$/, ({ random }) => `XA-${random.hex(10)}`],
  [/^reference_notes$/, sometimes(5, pick('rider asked, "twice"', 'see ticket\nof May', 'gate was stuck'))],
  [/^latitude$/, ({ random }) => (42.2 + random.next() / 5).toFixed(random.int(4, 6))],
  [/^longitude$/, ({ random }) => (-71.2 + random.next() / 5).toFixed(random.int(4, 6))],
  [/^date$/, ({ at }) => date(at)],
  [/_day$/, ({ at }) => `${date(at)} 00:00:00`],
  [/^(?:depersonalized|overdrawn|reversed|voided|clear)_dtm$/, sometimes(10, ({ at }) => timeText(at + 90 * MINUTE))],
  [/^(?:inserted|updated|_exported)_dtm$/, ({ at, random }) => timeText(at + random.int(60, 600) * MINUTE)],
  [/^(?:first|init|issue)_\w*dtm$/, ({ at, random }) => timeText(at - random.int(1, 400_000) * MINUTE)],
  [/^(?:expiry_dtm_last_updated|deposit_expiration_dtm)$/, sometimes(5, pick('unlimited', 'end of season'))],
  [/^day_of_week$/, ({ at }) => DAYS[new Date(at).getUTCDay()] ?? ''],
  [/^month$/, ({ at }) => MONTHS[new Date(at).getUTCMonth()] ?? ''],
  [/^year$/, ({ at }) => date(at).slice(0, 4)],
  [/^hour$/, ({ at }) => String(new Date(at).getUTCHours())],
  [/^weekend$/, ({ at }) => ([0, 6].includes(new Date(at).getUTCDay()) ? '1' : '0')],
  [/^timeperiod$/, pick('AM Peak', 'Midday', 'PM Peak', 'Evening')],
  [/^service$|^transit_mode_name$/, pick(...SERVICES)],
  [/^station$|^(?:stop_point|facility)_name$/, pick(...STATIONS)],
  [/^route$|^route_name$/, ({ random }) => `Route ${random.int(1, 240)}`],
  [/^boardings_entries:f$/, ({ random }) => (random.next() * 90_000).toFixed(12).replace(/0+$/, '')],
  [/^(?:count|entries|exits|boardings_entries|transfer_taps\w*)$/, number(0, 40_000)],
  [/rider_class_name$/, pick('Adult', 'Student', 'Senior', 'Reduced')],
  [/^fare_product_type$|^fare_prod_type_name$/, pick('Pay-Per-Ride', '7-Day Pass', 'Monthly Pass', 'Transfer')],
  [/^ride_type_name$/, pick('Full Fare', 'Transfer', 'Free')],
  [
    /^(?:deposit_amount|sales_tax|refund_value|p(?:re|ost)paid_amount)$/,
    sometimes(40, pick('0.00', '2.40', '10', '90.00')),
  ],
  [/^(?:value|rides)_remaining$/, sometimes(80, number(0, 9_000))],
  [/^citation_amount$/, pick('0.00', '50.00', '75.00', '100.00')],
  [/^manually_entered$|^updated_flag$/, pick('YES', 'NO', 'UNKNOWN')],
  [/_flag:s$|^free_entry_or_exit:s$|^forced_entry_or_exit:s$|^count_as_\w+:s$/, pick('YES', 'NO')],
  [/_flag$|^is_registered$|^count_as_\w+$|^\w+_entry_or_exit$/, number(0, 1)],
  [/^language_name$/, pick('English', 'Spanish', 'Portuguese')],
  [/^extended_data_/, sometimes(40, ({ random }) => `code=${random.hex(4)};retry=${random.int(0, 3)}`)],
];

/** The text of a field, empty where the row has nothing to say. */
export function inventField({ name, kind }: SetColumn, context: RowContext): string {
  const make = MAKERS.find(([pattern]) => pattern.test(name) || pattern.test(`${name}:${kind}`))?.[1];
  if (make !== undefined) return make(context);
  const { random, at } = context;
  if (random.chance(0.1)) return '';
  switch (kind) {
    case 'i':
      return String(random.int(0, name.endsWith('_id') ? 90_000 : 2_400));
    case 'f':
      return String(random.int(1, 9_000));
    case 'd':
      return date(at);
    case 't':
      return timeText(at);
    case 's':
      return textOf(name, random);
  }
}

/** `fare_prod_desc` → `Fare prod C`: enough to group by. */
function textOf(name: string, random: Random): string {
  const subject = name.replace(/_(?:name|desc|id|code)$/, '').replaceAll('_', ' ');
  const letter = random.pick(['A', 'B', 'C', 'D', 'E']);
  if (/_(?:id|code|nbr|num|number)$/.test(name)) return `${letter}-${random.int(1, 400)}`;
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1)} ${letter}`;
}

const timeText = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 19);

const uuid = (random: Random): string => {
  const hex = random.hex(32).toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
