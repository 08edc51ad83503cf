/**
 * The events of one table and their order: rule 1 of the fold (docs/fold.md).
 *
 * Order: change sequence, then operation T < B < D < L < I < U, then the file's place among the delivered files
 * (`file-order.ts`), then the row's line. A snapshot row (L) has no sequence and counts as the lowest of its generation.
 */

/** T truncate, B before image, D delete, L snapshot row, I insert, U update. */
export type Operation = 'T' | 'B' | 'D' | 'L' | 'I' | 'U';

/** Operations in their order within one sequence. */
export const OPERATION_ORDER = ['T', 'B', 'D', 'L', 'I', 'U'] as const satisfies readonly Operation[];

/** A cell; decimals and times in their text form. */
export type Value = string | number | bigint | boolean | null;

export type Row = Readonly<Record<string, Value>>;

export interface ChangeEvent {
  /** `header__change_seq`, 35 digits; null on snapshot rows. */
  readonly seq: string | null;
  readonly oper: Operation;
  readonly timestamp: string | null;
  /** Ids of the columns that a U sets; null: no mask was delivered. */
  readonly mask: readonly number[] | null;
  /** A value for each column of the contract. */
  readonly values: Row;
  /** The file's rank among all files of the table (`rankFiles`). */
  readonly file: number;
  /** The record's line in its file. */
  readonly line: number;
}

export const operationRank = (oper: Operation): number => OPERATION_ORDER.indexOf(oper);

/** Place of an event's sequence in the order: L before every sequence. */
export const sequenceOf = (event: ChangeEvent): string => event.seq ?? '';

/** Negative when `a` comes first. Total: only the same line of the same file compares equal. */
export function compareEvents(a: ChangeEvent, b: ChangeEvent): number {
  const [seqA, seqB] = [sequenceOf(a), sequenceOf(b)];
  if (seqA !== seqB) return seqA < seqB ? -1 : 1;
  return operationRank(a.oper) - operationRank(b.oper) || a.file - b.file || a.line - b.line;
}
