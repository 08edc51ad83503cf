import { Writable } from 'node:stream';
import parquet from 'parquetjs-lite';
import type { TapsWriter } from './measure.ts';
import { TAP_COLUMNS, tapRow } from './records.ts';

const { ParquetSchema, ParquetWriter } = parquet;

const TYPES: Partial<Record<string, string>> = {
  ...{ string: 'UTF8', bigint: 'INT64', timestamp: 'TIMESTAMP_MICROS', date: 'DATE' },
};

/** Snappy, because it knows nothing newer; a column is what comes nearest to the table's type. */
const schema = new ParquetSchema(
  Object.fromEntries(
    TAP_COLUMNS.map(({ name, type }) => [
      name,
      { type: TYPES[type.kind] ?? '', compression: 'SNAPPY', optional: true },
    ]),
  ),
);

export const write: TapsWriter = async (records) => {
  const parts: Buffer[] = [];
  const memory = new Writable({
    write: (part: Buffer, _, done) => {
      parts.push(part);
      done();
    },
  });
  const writer = await ParquetWriter.openStream(schema, memory, { rowGroupSize: 65_536 });
  for (const record of records) {
    const row = tapRow(record);
    const cells = TAP_COLUMNS.map(({ name, type }, place) => {
      const value = row[place];
      return [name, type.kind === 'date' ? new Date(String(value)) : value] as const;
    });
    await writer.appendRow(Object.fromEntries(cells));
  }
  await writer.close();
  return Buffer.concat(parts);
};
