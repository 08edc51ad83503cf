/** Random streams as deliveries: what the pipeline is given where the interpreter is given events. */
import type { Row } from '@farelake/qlik';
import type { Cell, Delivery } from './delivery.ts';
import type { Stream } from './streams.ts';

export const NAMES = ['k1', 'k2', 'a', 'b', 'c'] as const;
export const COLUMNS = NAMES.map((name, index) => ({
  name: name.toUpperCase(),
  type: name === 'k1' || name === 'a' ? 'INT4' : 'STRING',
  key: index < 2 ? index + 1 : 0,
}));
/** Ids in the streams → ordinals of the change table (four header columns first); 105 is a column that is no more. */
const ORDINALS: Readonly<Record<number, number>> = { 103: 7, 104: 8, 105: 30, 106: 9 };
/** Ids in the streams → ids that the drafted contract gives. */
export const IDS: Readonly<Record<number, number>> = { 103: 103, 104: 104, 105: 999, 106: 105 };

export const cells = (values: Row): Cell[] =>
  NAMES.map((name) => (values[name] === null || values[name] === undefined ? null : String(values[name])));

function maskText(ids: readonly number[]): string {
  const bytes = new Uint8Array(4);
  for (const bit of ids.map((id) => (ORDINALS[id] ?? 1) - 1))
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
  // Trailing zero bytes may be missing.
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/(00)+$/, '');
}

export async function deliver(delivery: Delivery, stream: Stream, index: number): Promise<void> {
  const { events } = stream.files[index]!;
  const snapshots = stream.files.filter((file, i) => i <= index && isSnapshot(file)).length;
  if (isSnapshot(stream.files[index]!))
    await delivery.snapshot(
      `LOAD${snapshots}`,
      events.map((e) => cells(e.values)),
    );
  else
    await delivery.changes(
      `20260101-0000${String(index).padStart(2, '0')}000`,
      events.map((e) => ({
        seq: e.seq,
        oper: e.oper,
        time: time(e),
        mask: e.mask === null ? null : maskText(e.mask),
        row: cells(e.values),
      })),
    );
}

export const isSnapshot = (file: Stream['files'][number]): boolean => file.events.some((event) => event.oper === 'L');
export const time = (event: { seq: string | null }): string => `2026-01-01 00:00:0${Number(event.seq)}.000000`;
