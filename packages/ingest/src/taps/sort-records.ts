/** New records, each read by the contract: rows of a service day, tombstones, refused ones. */
import type { Day, KafkaRecord, ReadRecord, RowValue } from '@farelake/kafka';
import type { ArrivedRecord, NewRecords } from './new-records.ts';

export interface Row {
  readonly record: KafkaRecord;
  readonly epoch: number;
  readonly values: readonly RowValue[];
}

export interface RefusedOne {
  readonly arrived: ArrivedRecord;
  readonly reason: string;
  readonly detail: string | null;
}

export interface SortedPart extends NewRecords {
  readonly rows: ReadonlyMap<Day, readonly Row[]>;
  readonly refused: readonly RefusedOne[];
  readonly tombstones: number;
}

export function sortRecords(part: NewRecords, read: (record: KafkaRecord) => ReadRecord): SortedPart {
  const rows = new Map<Day, Row[]>();
  const refused: RefusedOne[] = [];
  let tombstones = 0;
  for (const arrived of part.records) {
    const { record } = arrived;
    const found = read(record);
    if (found.kind === 'tombstone') tombstones += 1;
    else if (found.kind === 'refused') refused.push({ arrived, reason: found.reason, detail: found.detail });
    else {
      const row = { record, epoch: part.epoch, values: found.values };
      const own = rows.get(found.day);
      if (own === undefined) rows.set(found.day, [row]);
      else own.push(row);
    }
  }
  return { ...part, rows, refused, tombstones };
}
