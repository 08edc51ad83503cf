/** How each table stands, from the ledger. */
import {
  loadsInTrouble,
  lonelyDfms,
  publications,
  tableCounts,
  tableDrifts,
  topicCounts,
  type LoadState,
  type Publication,
  type Queryable,
  type TopicCounts,
} from '@farelake/db';
import { driftStatus, type DriftStatus } from './drift.ts';
import { TARGET } from './publish/shape.ts';
import { catalogStatus } from './status/catalog.ts';
import { contractInTheWay, NOTHING_FAULTY, shownVersion, type ContractStatus } from './status/contract.ts';
import { dmapStatus, listed, type DmapStatus } from './status/dmap.ts';
import { glueStatus, glueTrouble, type GlueStatus } from './status/glue.ts';
import { generationsStatus, type GenerationsStatus } from './status/generations.ts';
import { lostStatus } from './status/lost.ts';
import { judge, troubledElsewhere, type TableState, type Trouble } from './status/judge.ts';
import { doubted, rowsStatus, type RowsStatus } from './status/rows.ts';
import { holdReason, standings, type Standing } from './status/standing.ts';
import { treatmentHold } from './treatment/hold.ts';
import type { Workspace } from './workspace.ts';

export interface TableStatus extends RowsStatus, Standing, GenerationsStatus, ContractStatus, DmapStatus {
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
  /** Null: no record of a Kafka topic ever came for the table. */
  readonly taps: TopicCounts | null;
  /** Null: the contract does not say that the table is published. */
  readonly publication: PublicationStatus | null;
  /** The table's tables in AWS Glue; null: nothing is published there. */
  readonly glue: readonly GlueStatus[] | null;
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

/** Without a stage nothing is told of another ledger's tables there. */
type StatusWorkspace = Pick<Workspace, 'pool' | 'contracts' | 'faulty' | 'glueDatabase' | 'environment'> &
  Partial<Pick<Workspace, 'stage' | 'signal'>>;

/** @param known the answer of `troublesOf`, where the caller has it already */
export async function status(workspace: StatusWorkspace, known?: readonly Trouble[]): Promise<TableStatus[]> {
  const { pool: db, contracts, faulty = NOTHING_FAULTY, glueDatabase } = workspace;
  const counts = await tableCounts(db);
  const published = await publications(db, TARGET);
  const glueOf = await glueStatus(db, glueDatabase);
  const [catalogTroubleOf, lostOf] = [await catalogStatus(db, workspace), await lostStatus(workspace)];
  const drifts = await tableDrifts(db);
  const rowsOf = await rowsStatus(db);
  const standingOf = await standings(db);
  const generations = await generationsStatus(db);
  const dmapOf = await dmapStatus(db);
  const topics = await topicCounts(db);
  const troubles = known ?? (await troublesOf(db));
  const tables = [...new Set([...contracts.keys(), ...faulty.keys(), ...counts.keys(), ...topics.keys()])].sort();
  return Promise.all(
    tables.map(async (table) => {
      const contract = contracts.get(table);
      const counted = counts.get(table);
      const taps = topics.get(table) ?? null;
      const manifest = await shownVersion(db, table, contract);
      const lacking = contractInTheWay(contract, faulty.get(table), manifest.version);
      const standing = standingOf(table);
      const own = troubles.filter((trouble) => trouble.table === table);
      const publication = contract?.publish.postgres === true ? publicationStatus(published.get(table)) : null;
      const inTheWay = generations.inTheWayOf(table, contract);
      // Of other feeds a load tells so.
      const disagrees = contract?.feed === 'kafka' ? await treatmentHold(db, contract) : undefined;
      const dmap = dmapOf(table);
      const judged = judge({
        contract: lacking,
        held: holdReason(table, contract, standing),
        heldOtherwise: disagrees ?? counted?.held ?? inTheWay.held,
        waiting: counted?.waiting ?? inTheWay.waiting,
        trouble: lostOf(table) ?? counted?.trouble ?? null,
        troubles: own,
        loads: counted?.loads ?? {},
        records: taps?.records ?? 0,
      });
      const glue = glueOf(table);
      // The first that there is counts.
      const elsewhere = catalogTroubleOf(table) ?? publication?.trouble ?? glueTrouble(glue);
      const shown = troubledElsewhere(listed(judged, dmap), elsewhere);
      return {
        table,
        ...doubted(shown, table, rowsOf(table, contract)),
        ...dmap,
        contract: lacking.state,
        ...newest(manifest),
        generation: manifest.fold?.generation ?? counted?.generation ?? null,
        loads: counted?.loads ?? {},
        quarantined: (counted?.quarantined ?? 0) + (taps?.quarantined ?? 0),
        taps,
        ...rowsOf(table, contract),
        ...standing,
        ...generations.statusOf(table, manifest.rows),
        publication,
        glue,
        drift: contract === undefined ? [] : driftStatus(contract, drifts.filter(isOf(table))),
      };
    }),
  );
}

const newest = ({ rows, version, fold }: Awaited<ReturnType<typeof shownVersion>>) => ({
  ...{ rows, version },
  orphans: fold?.orphans ?? 0,
  conflicts: fold?.conflicts ?? 0,
  movesOntoLive: fold?.movesOntoLive ?? 0,
});

const isOf =
  (table: string) =>
  ({ dataset }: { readonly dataset: string }): boolean =>
    dataset === table;

function publicationStatus(record: Publication | undefined): PublicationStatus {
  if (record === undefined) return { version: 0, rows: 0, publishedAt: null, trouble: null };
  const { version, rows, publishedAt, trouble } = record;
  return { version, rows, publishedAt: version === 0 ? null : publishedAt, trouble };
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
export const isTroubled = ({ contract, state }: TableStatus): boolean =>
  contract !== 'none' && state !== 'live' && state !== 'empty';
