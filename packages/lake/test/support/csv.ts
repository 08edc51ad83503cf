/** CSV formats and files for tests. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fieldName, type CsvFormat, type ProjectedColumn } from '@farelake/schema-registry';
import type { CsvInput, CsvLoad } from '../../src/index.ts';

export const USUAL: CsvFormat = { fieldDelimiter: ',', quoteChar: '"', escapeChar: '', nullValue: '' };

/** Text columns c1…cn as they are, then `_load_id` and `_line`. */
export function textColumns(fields: number): Pick<CsvLoad, 'fields' | 'columns' | 'parquetFields'> {
  const names = Array.from({ length: fields }, (_, index) => `c${index + 1}`);
  const columns: ProjectedColumn[] = [
    ...names.map((name, index) => ({ name, value: `"${fieldName(index + 1)}"` })),
    { name: '_load_id', value: '"_load_id"' },
    { name: '_line', value: '"_line"' },
  ];
  const parquetFields = columns.map(({ name }, index) => ({ name, id: 101 + index }));
  return { fields, columns, parquetFields };
}

/** A column that takes whole numbers only, from the field of that place. */
export const numberColumn = (name: string, ordinal: number): ProjectedColumn => {
  const text = `"${fieldName(ordinal)}"`;
  return {
    name,
    value: `try_cast(${text} AS BIGINT)`,
    bad: `(try_cast(${text} AS BIGINT) IS NULL) <> (${text} IS NULL)`,
    source: { name: name.toUpperCase(), text },
    allowed: 'integer',
  };
};

/** Files of a batch, written to the folder; loads count from 1. */
export const csvInputs = (
  folder: string,
  files: readonly (string | Buffer)[],
  announced: readonly number[],
): CsvInput[] =>
  files.map((content, index) => {
    const file = path.join(folder, `${index + 1}.csv`);
    writeFileSync(file, content);
    const size = Buffer.byteLength(content);
    const rows = announced[index] ?? 0;
    return { loadId: index + 1, file, size, rows, rowsBefore: 0, linesBefore: 0, longestRecord: size };
  });
