import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { formatCsv } from './csv.ts';
import type { Delivery } from './delivery.ts';
import { formatDfm } from './dfm.ts';
import { datasetOf, type Expectation } from './expected.ts';
import { deliverTable } from './feed.ts';
import { folderOf, type Table } from './table.ts';

const FEED = path.join('cubic', 'ods_qlik');

export interface Written {
  readonly files: number;
  readonly bytes: number;
  readonly records: number;
}

/** Write a data file and then, as only now its records are counted, its `.dfm`. */
const writeDelivery = (delivery: Delivery, out: string): Written => {
  const folder = path.join(out, FEED, delivery.folder);
  mkdirSync(folder, { recursive: true });
  let records = 0;
  const counted = (function* () {
    for (const record of delivery.records) {
      records += 1;
      yield record;
    }
  })();
  const names = delivery.columns.map(({ name }) => name);
  const text = [...formatCsv(names, counted, delivery.table.options)].join('');
  // Node writes a gzip header without name or time, so equal text gives equal bytes under one zlib.
  const data = gzipSync(text, { level: 9 });
  const dfm = formatDfm(delivery, records);
  writeFileSync(path.join(folder, `${delivery.stem}.csv.gz`), data);
  writeFileSync(path.join(folder, `${delivery.stem}.dfm`), dfm);
  return { files: 2, bytes: data.length + Buffer.byteLength(dfm), records };
};

/** Write the table's folders anew; what an earlier run left in them is removed. */
const writeTable = (table: Table, seed: number, out: string): { written: Written; expected: Expectation } => {
  for (const folder of [folderOf(table), `${folderOf(table)}__ct`])
    rmSync(path.join(out, FEED, folder), { recursive: true, force: true });
  const deliveries = deliverTable(table, seed);
  let written: Written = { files: 0, bytes: 0, records: 0 };
  for (;;) {
    const step = deliveries.next();
    if (step.done === true) return { written, expected: step.value };
    const { files, bytes, records } = writeDelivery(step.value, out);
    written = { files: written.files + files, bytes: written.bytes + bytes, records: written.records + records };
  }
};

/**
 * Write the tables below `out`, and `expected.json` beside them.
 * @param onTable is told of each table when its files are written
 */
export const writeFeed = (
  tables: readonly Table[],
  seed: number,
  out: string,
  onTable: (table: Table, written: Written, expected: Expectation) => void = () => undefined,
): void => {
  const expected: Record<string, Expectation> = {};
  for (const table of tables) {
    const made = writeTable(table, seed, out);
    expected[datasetOf(table)] = made.expected;
    onTable(table, made.written, made.expected);
  }
  writeFileSync(path.join(out, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
};
