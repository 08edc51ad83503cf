/** What a `.dfm` says otherwise than the one that was in its place before. Pure. */
import type { CsvFormat } from '@farelake/schema-registry';
import type { SourceTable } from '../object-key.ts';
import type { Dfm, DfmColumn } from './dfm.ts';
import { parseDfm } from './parse.ts';

/**
 * As far as it bears on the rows of the file or on where they count.
 * @param file the `.dfm`'s name, for errors
 * @returns in words, such as `recordCount 5 instead of 2`; empty: it means the same
 * @throws UserError `bad-dfm` when one of them cannot be used
 */
export function dfmDifferences(former: string, now: string, file: string, table: SourceTable): string[] {
  const [before, after] = [parseDfm(former, file, table), parseDfm(now, file, table)];
  const found: string[] = [];
  const compare = (name: string, old: unknown, young: unknown) => {
    if (old !== young) found.push(`${name} ${JSON.stringify(young)} instead of ${JSON.stringify(old)}`);
  };
  compare('recordCount', before.recordCount, after.recordCount);
  compare('errorCount', errorCountOf(former), errorCountOf(now));
  for (const name of FORMAT) compare(name, before.format[name], after.format[name]);
  for (const name of TIMES) compare(name, before[name], after[name]);
  const other = otherColumns(before, after);
  if (other !== undefined) found.push(other);
  return found;
}

const FORMAT = ['nullValue', 'fieldDelimiter', 'quoteChar', 'escapeChar'] as const satisfies (keyof CsvFormat)[];
const TIMES = ['startWrite', 'endWrite', 'firstTransaction', 'lastTransaction'] as const satisfies (keyof Dfm)[];

/** The first column in the file's order that is another one. */
function otherColumns(before: Dfm, after: Dfm): string | undefined {
  const length = Math.max(before.columns.length, after.columns.length);
  for (let index = 0; index < length; index += 1) {
    const [old, young] = [describe(before.columns[index]), describe(after.columns[index])];
    if (old !== young) return `column ${index + 1} ${young} instead of ${old}`;
  }
  return undefined;
}

function describe(column: DfmColumn | undefined): string {
  if (column === undefined) return 'none';
  const { name, type, precision, scale } = column;
  return `${name} ${type}${precision === 0 && scale === 0 ? '' : `(${precision}, ${scale})`}`;
}

/** `fileInfo.errorCount`: rows that the vendor could not deliver; 0 where it is not told. */
export function errorCountOf(text: string): number {
  try {
    const { fileInfo } = JSON.parse(text.replace(/^\uFEFF/, '')) as { fileInfo?: { errorCount?: unknown } };
    const count = fileInfo?.errorCount;
    return typeof count === 'number' && count > 0 ? count : 0;
  } catch {
    return 0;
  }
}
