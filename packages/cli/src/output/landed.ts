import type { Landed } from '@farelake/ingest';
import { printable } from '@farelake/schema-registry';
import { count, counted } from './table.ts';

/** By table and topic, in the order in which they came. */
export function sumLanded(landed: readonly Landed[]): Landed[] {
  const sums = new Map<string, Landed>();
  for (const one of landed) {
    const key = JSON.stringify([one.table, one.topic]);
    const sum = sums.get(key);
    sums.set(
      key,
      sum === undefined
        ? one
        : {
            ...one,
            records: sum.records + one.records,
            repeated: sum.repeated + one.repeated,
            written: sum.written + one.written,
            quarantined: sum.quarantined + one.quarantined,
            tombstones: sum.tombstones + one.tombstones,
            madeAnew: sum.madeAnew + one.madeAnew,
          },
    );
  }
  return [...sums.values()];
}

/** @param from what the records came in: `12 events` */
export function landedLines(landed: readonly Landed[], from: string): string[] {
  if (landed.length === 0) return [`${from}, no records`];
  return landed.flatMap(({ table, topic: name, records, repeated, written, quarantined, tombstones, madeAnew }) => {
    const topic = printable(name);
    const parts = [
      counted(written, 'new row'),
      ...(repeated === 0 ? [] : [`${count(repeated)} known already`]),
      ...(quarantined === 0 ? [] : [`${count(quarantined)} in quarantine`]),
      ...(tombstones === 0 ? [] : [counted(tombstones, 'tombstone')]),
    ];
    return [
      `${table}: ${counted(records, 'record')} of ${topic} in ${from}: ${parts.join(', ')}`,
      ...(quarantined === 0 ? [] : [`  farelake taps status says why; the records lie in the error zone as they came`]),
      ...(madeAnew === 0 ? [] : [`  ${topic} was made anew: ${counted(madeAnew, 'partition')} began again`]),
    ];
  });
}
