/** How each table stands, from the ledger. */
import {
  loadsInTrouble,
  lonelyDfms,
  publications,
  readManifest,
  tableCounts,
  tableDrifts,
  type LoadState,
  type Publication,
  type Queryable,
} from '@farelake/db';
import { historyName, type Contract } from '@farelake/schema-registry';
import { driftStatus, type DriftStatus } from './drift.ts';
import { TARGET } from './publish/shape.ts';
import { generationsStatus, type GenerationsStatus } from './status/generations.ts';
import { rowsStatus, type RowsStatus } from './status/rows.ts';
import { holdReason, standings, type Standing } from './status/standing.ts';

/**
 * `empty` nothing was delivered · `live` everything delivered is in the table · `waiting` something is missing ·
 * `failing` something could not be loaded · `held` a person has to decide
 */
export type TableState = 'empty' | 'live' | 'waiting' | 'failing' | 'held';

export interface TableStatus extends RowsStatus, Standing, GenerationsStatus {
  readonly table: string;
  readonly state: TableState;
  readonly reason: string | null;
  readonly rows: number;
  readonly version: number;
  readonly generation: string | null;
  readonly loads: Partial<Record<LoadState, number>>;
  readonly orphans: number;
  readonly conflicts: number;
  readonly movesOntoLive: number;
  readonly quarantined: number;
  /** Null: the contract does not say that the table is published. */
  readonly publication: PublicationStatus | null;
  /** How delivered files differ from the contract; it does not keep them from being loaded, unless it is incompatible. */
  readonly drift: readonly DriftStatus[];
}

/** What the published table in Postgres shows; version 0 and no time: nothing yet. */
export interface PublicationStatus {
  readonly version: number;
  readonly rows: number;
  readonly publishedAt: Date | null;
  readonly trouble: string | null;
}

/** A delivered object that is not where it should be, and why. */
export interface Trouble {
  readonly table: string;
  readonly object: string;
  readonly state: LoadState;
  readonly waitingFor: string | null;
  readonly reason: string;
}

/** @param known the answer of `troublesOf`, where the caller has it already */
export async function status(
  db: Queryable,
  contracts: ReadonlyMap<string, Contract>,
  known?: readonly Trouble[],
): Promise<TableStatus[]> {
  const counts = await tableCounts(db);
  const published = await publications(db, TARGET);
  const drifts = await tableDrifts(db);
  const rowsOf = await rowsStatus(db);
  const standingOf = await standings(db);
  const generations = await generationsStatus(db);
  const troubles = known ?? (await troublesOf(db));
  const tables = [...new Set([...contracts.keys(), ...counts.keys()])].sort();
  return Promise.all(
    tables.map(async (table) => {
      const contract = contracts.get(table);
      const counted = counts.get(table);
      // Without a contract the name may be that of another's history.
      const manifest =
        contract === undefined
          ? NO_MANIFEST
          : await readManifest(db, contract.key.length === 0 ? historyName(table) : table);
      const standing = standingOf(table);
      const own = troubles.filter((trouble) => trouble.table === table);
      const publication = contract?.publish.postgres === true ? publicationStatus(published.get(table)) : null;
      const inTheWay = generations.inTheWayOf(table, contract);
      const judged = judge(
        contract,
        holdReason(table, contract, standing) ?? counted?.held ?? inTheWay.held,
        counted?.waiting ?? inTheWay.waiting,
        counted?.trouble ?? null,
        own,
        counted?.loads ?? {},
      );
      // The table itself is right; what is not is its copy in Postgres.
      const unpublished = judged.state === 'live' ? (publication?.trouble ?? null) : null;
      return {
        table,
        ...(unpublished === null ? judged : { state: 'failing', reason: unpublished }),
        rows: manifest.rows,
        version: manifest.version,
        generation: manifest.fold?.generation ?? counted?.generation ?? null,
        loads: counted?.loads ?? {},
        orphans: manifest.fold?.orphans ?? 0,
        conflicts: manifest.fold?.conflicts ?? 0,
        movesOntoLive: manifest.fold?.movesOntoLive ?? 0,
        quarantined: counted?.quarantined ?? 0,
        ...rowsOf(table, contract),
        ...standing,
        ...generations.statusOf(table, manifest.rows),
        publication,
        drift:
          contract === undefined
            ? []
            : driftStatus(
                contract,
                drifts.filter(({ dataset }) => dataset === table),
              ),
      };
    }),
  );
}

function publicationStatus(record: Publication | undefined): PublicationStatus {
  if (record === undefined) return { version: 0, rows: 0, publishedAt: null, trouble: null };
  const { version, rows, publishedAt, trouble } = record;
  return { version, rows, publishedAt: version === 0 ? null : publishedAt, trouble };
}

const NO_MANIFEST = { version: 0, rows: 0, fold: null };

function judge(
  contract: Contract | undefined,
  held: string | null,
  waiting: string | null,
  trouble: string | null,
  troubles: readonly Trouble[],
  loads: Partial<Record<LoadState, number>>,
): { state: TableState; reason: string | null } {
  const first = (state: LoadState) => {
    const those = troubles.filter((one) => one.state === state);
    const more = those.length > 1 ? ` (and ${those.length - 1} more)` : '';
    return those[0] === undefined ? null : `${those[0].object}: ${those[0].reason}${more}`;
  };
  if (held !== null) return { state: 'held', reason: held };
  if (trouble !== null) return { state: 'failing', reason: trouble };
  const failed = first('failed') ?? first('quarantined');
  if (failed !== null) return { state: 'failing', reason: failed };
  const missing = first('waiting') ?? first('loaded') ?? waiting;
  if (missing !== null) return { state: 'waiting', reason: missing };
  const pending = (['registered', 'ready', 'loading', 'loaded'] as const).some((state) => (loads[state] ?? 0) > 0);
  if (pending) return { state: 'waiting', reason: 'not worked on yet: ingest again' };
  if (Object.keys(loads).length === 0)
    return { state: 'empty', reason: contract === undefined ? null : 'nothing delivered yet' };
  return { state: 'live', reason: null };
}

/** Every load that waits or failed, in order of arrival. */
export async function troublesOf(db: Queryable): Promise<Trouble[]> {
  const loads = await loadsInTrouble(db);
  const lonely = (await lonelyDfms(db)).map(({ dataset, objectKey: object }): Trouble => ({
    table: dataset,
    object,
    state: 'waiting',
    waitingFor: 'data',
    reason: 'its data file has not come',
  }));
  const troubles = loads.map(({ dataset, objectKey, state, waitingFor, reason }) => ({
    table: dataset,
    object: objectKey,
    state,
    waitingFor,
    reason: reason ?? '',
  }));
  return [...troubles, ...lonely];
}

/** Does this table keep an ingest from being all done? Tables that nobody has written a contract for do not. */
export const isTroubled = (table: TableStatus, contracts: ReadonlyMap<string, Contract>): boolean =>
  contracts.has(table.table) && table.state !== 'live' && table.state !== 'empty';
