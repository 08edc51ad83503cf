/** The generations of each table, and which of them wait for a person. */
import { standingGenerations, type GenerationRecord, type GenerationState, type Queryable } from '@farelake/db';
import { sourceName } from '@farelake/qlik';
import type { Contract } from '@farelake/schema-registry';

export interface GenerationStatus {
  readonly name: string;
  readonly state: Exclude<GenerationState, 'superseded'>;
  /** Of the live one as it is now; of others as they were compared with it last; null: not built yet. */
  readonly rows: number | null;
  /** Keys that were in the live one and not in it, and the other way round, when it was compared. */
  readonly keysLost: number | null;
  readonly keysGained: number | null;
  readonly reason: string | null;
}

export interface GenerationsStatus {
  /** The oldest first. */
  readonly generations: readonly GenerationStatus[];
}

/** What is in a table's way because of a generation that it does not show; null: nothing. */
export interface GenerationsInTheWay {
  readonly held: string | null;
  readonly waiting: string | null;
}

export interface GenerationsOfTables {
  /** @param rows of the table */
  readonly statusOf: (dataset: string, rows: number) => GenerationsStatus;
  readonly inTheWayOf: (dataset: string, contract: Contract | undefined) => GenerationsInTheWay;
}

export async function generationsStatus(db: Queryable): Promise<GenerationsOfTables> {
  const byDataset = await standingGenerations(db);
  const of = (dataset: string) => byDataset.get(dataset) ?? [];
  return {
    statusOf: (dataset, rows) => ({ generations: of(dataset).map((record) => shown(record, rows)) }),
    inTheWayOf: (dataset, contract) => ({
      held: contract === undefined ? null : heldReason(of(dataset), contract),
      waiting: releasedReason(of(dataset)),
    }),
  };
}

function shown({ name, state, rows, keysLost, keysGained, reason }: GenerationRecord, now: number): GenerationStatus {
  if (state === 'superseded') throw new Error(`${name} stands no more`);
  return { name, state, rows: state === 'live' ? now : rows, keysLost, keysGained, reason };
}

function heldReason(records: readonly GenerationRecord[], { source }: Contract): string | null {
  const held = records.filter(({ state }) => state === 'held');
  const [first] = held;
  if (first === undefined) return null;
  const more = held.length > 1 ? ` (and ${held.length - 1} more)` : '';
  const which = held.length > 1 ? ` --generation ${first.name}` : '';
  const table = `${sourceName(source)}${which}`;
  const show = first.cause === 'events' ? '' : `; to show it, farelake table release ${table}`;
  const remedy = `the one in use goes on. To leave it at that, farelake table reject ${table}${show}`;
  return `snapshot ${first.name} is held: ${first.reason ?? ''}; ${remedy}${more}`;
}

function releasedReason(records: readonly GenerationRecord[]): string | null {
  const released = records.find(({ state }) => state === 'released');
  return released === undefined ? null : `snapshot ${released.name} is released and not shown yet: ingest again`;
}
