/** What stands between a table and its next run: a hold, failed runs. */
import { openHolds, tableFailures, type Hold, type Queryable } from '@farelake/db';
import { sourceName } from '@farelake/qlik';
import type { Contract } from '@farelake/schema-registry';
import { describeHold } from '../hold/hold-table.ts';

export interface Standing {
  /** Runs in a row whose work on the table ended with an error. */
  readonly failures: number;
  /** The scheduler waits until then; `farelake ingest` does not. Null: it need not. */
  readonly nextTry: Date | null;
  /** Null: the table is worked on. */
  readonly hold: HoldStatus | null;
}

export type HoldStatus = Pick<Hold, 'kind' | 'why' | 'by' | 'since'>;

export type StandingOf = (dataset: string) => Standing;

export async function standings(db: Queryable): Promise<StandingOf> {
  const holds = await openHolds(db);
  const failed = await tableFailures(db);
  return (dataset) => {
    const { failures = 0, nextTry = null } = failed.get(dataset) ?? {};
    const hold = holds.get(dataset);
    if (hold === undefined) return { failures, nextTry, hold: null };
    const { kind, why, by, since } = hold;
    return { failures, nextTry: null, hold: { kind, why, by, since } };
  };
}

/** Why it is held, and what to do. */
export const holdReason = (
  dataset: string,
  contract: Contract | undefined,
  { hold }: Pick<Standing, 'hold'>,
): string | null =>
  hold === null
    ? null
    : `${describeHold({ dataset, ...hold }).replace(/[.]$/, '')}. ${
        hold.kind === 'hand' ? 'To let it go on' : 'See to that, then'
      }: farelake table release ${contract === undefined ? dataset : sourceName(contract.source)}`;
