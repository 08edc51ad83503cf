/** What the rows of a file show of its columns: counts and bounds alone, no value is kept. Memory goes by columns. */
import { UserError } from '@farelake/schema-registry';
import { formOf, type Form } from './forms.ts';
import { noNames, refuseValues } from './header.ts';
import { signsOf, type Sign } from './signs.ts';

export interface ColumnStudy {
  /** As the header has it. */
  readonly name: string;
  /** Fields that are empty, in quotes or not. */
  readonly nulls: number;
  /** Fields that are not. */
  readonly values: number;
  readonly forms: ReadonlyMap<Form, number>;
  readonly signs: ReadonlyMap<Sign, number>;
  /** Of integers and decimals: the most digits before the point, leading zeros not counted. */
  readonly wholeDigits: number;
  /** The most digits behind the point, as written, and without zeros at the end. */
  readonly fractionDigits: number;
  readonly significantFraction: number;
  /** Integers that no signed 64-bit number holds. */
  readonly beyond64: number;
  /** Integers that are neither 0 nor 1. */
  readonly otherThanBits: number;
}

export interface FileStudy {
  /** Without the header. */
  readonly rows: number;
  /** In the order of the file. */
  readonly columns: readonly ColumnStudy[];
}

type Growing = { -readonly [Member in keyof ColumnStudy]: ColumnStudy[Member] } & {
  /** Some value is the name of the column. */
  named: boolean;
  forms: Map<Form, number>;
  signs: Map<Sign, number>;
};

const MOST_64 = 2n ** 63n - 1n;

/**
 * @param records the header's, then those of the rows, as loads read them: an empty line between rows of several fields is
 * none, and a comma at the end of a row begins no field
 * @throws UserError `no-header` for an empty file, `header-of-values` for one that begins with values, `uneven-rows` for a record with other many fields
 */
export async function studyRecords(records: AsyncIterable<readonly string[]>): Promise<FileStudy> {
  let columns: readonly Growing[] | undefined;
  let rows = 0;
  for await (const record of records) {
    if (columns === undefined) {
      refuseValues(record);
      columns = record.map(emptyStudy);
      continue;
    }
    const { length } = record;
    if (length === 1 && columns.length > 1 && record[0] === '') continue;
    rows += 1;
    if (length !== columns.length && !(length === columns.length + 1 && record.at(-1) === ''))
      throw otherManyFields(rows, record.length, columns.length);
    for (const [index, column] of columns.entries()) observe(column, record[index] ?? '');
  }
  if (columns === undefined)
    throw new UserError({
      code: 'no-header',
      problem: 'The file is empty: it has no header line with the names of its columns.',
      remedy: 'Name another file of the set.',
    });
  refuseRepeated(columns);
  return { rows, columns };
}

/** One name may be a value by chance (`note`); several are the values of a first row, or a header that comes again. */
function refuseRepeated(columns: readonly Growing[]): void {
  const repeated = columns.flatMap(({ named }, index) =>
    named ? [`field ${index + 1} is a value further below`] : [],
  );
  if (repeated.length > 1) throw noNames(repeated);
}

const otherManyFields = (row: number, found: number, allowed: number): UserError =>
  new UserError({
    code: 'uneven-rows',
    problem: `Row ${row} has ${found} fields, the header ${allowed}.`,
    remedy: 'Name another file of the set.',
    data: { row, found, allowed },
  });

const emptyStudy = (name: string): Growing => ({
  name,
  named: false,
  nulls: 0,
  values: 0,
  forms: new Map(),
  signs: new Map(),
  wholeDigits: 0,
  fractionDigits: 0,
  significantFraction: 0,
  beyond64: 0,
  otherThanBits: 0,
});

function observe(column: Growing, text: string): void {
  if (text === '') {
    column.nulls += 1;
    return;
  }
  column.values += 1;
  if (text === column.name) column.named = true;
  const form = formOf(text);
  column.forms.set(form, (column.forms.get(form) ?? 0) + 1);
  if (form === 'integer' || form === 'decimal') measure(column, form, text);
  for (const sign of signsOf(text)) column.signs.set(sign, (column.signs.get(sign) ?? 0) + 1);
}

function measure(column: Growing, form: 'integer' | 'decimal', text: string): void {
  const point = text.indexOf('.');
  const whole = text.slice(text.startsWith('-') ? 1 : 0, point === -1 ? undefined : point);
  column.wholeDigits = Math.max(column.wholeDigits, whole === '0' ? 0 : whole.length);
  if (form === 'decimal') {
    const fraction = text.slice(point + 1);
    column.fractionDigits = Math.max(column.fractionDigits, fraction.length);
    column.significantFraction = Math.max(column.significantFraction, fraction.replace(/0+$/, '').length);
  }
  if (whole.length >= 19 && isBeyond64(text.slice(0, point === -1 ? undefined : point))) column.beyond64 += 1;
  if (text !== '0' && text !== '1') column.otherThanBits += 1;
}

function isBeyond64(integer: string): boolean {
  if (integer.length > 40) return true;
  const value = BigInt(integer);
  return value > MOST_64 || value < -MOST_64 - 1n;
}
