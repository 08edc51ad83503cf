/** The public door of the use cases. */
export { audit, type Audited, type AuditOptions } from './audit/audit.ts';
export { FINDINGS, NOTES, type Finding, type FindingKind, type Note, type NoteKind } from './audit/finding.ts';
export { draftContract, isTable, type Draft } from './add-table.ts';
export { currentColumns, datasetColumns, historyColumns } from './columns.ts';
export { type DriftStatus } from './drift.ts';
export { STEPS, type Step } from './failpoint.ts';
export { ingest, workTables, type Ingested, type IngestOptions, type Worked } from './ingest.ts';
export { clearIncoming, type Cleared, type ClearOptions } from './maintain/clear-incoming.ts';
export { maintain, type Maintained, type MaintainOptions, type Tally } from './maintain/maintain.ts';
export { nextState, TRANSITIONS, type LoadEvent } from './load-state.ts';
export type { OnProgress, Progress } from './progress.ts';
export { createViews, type UnreadableTable } from './query/views.ts';
export { reconciliationViews, serviceDaySql } from './query/reconciliation.ts';
export type { Moment } from './query/moment.ts';
export { createLedgerSchema } from './query/ledger-schema.ts';
export { contractPath, readContracts, readRegistry, writeContract } from './registry-folder.ts';
export { register, type Registered } from './register.ts';
export { registerObject, type Registration } from './register-object.ts';
export { isTroubled, status, troublesOf, type PublicationStatus, type TableStatus } from './status.ts';
export type { TableState, Trouble } from './status/judge.ts';
export { contractTrouble, faultyReason, type ContractState } from './status/contract.ts';
export { giveUp, type Left, type Lost } from './replay/give-up.ts';
export { chooseLoads, type ChosenLoads, type LeftLoads } from './replay/choose-loads.ts';
export { sendBack } from './replay/send-back.ts';
export {
  publishPointers,
  type PointerPublished,
  type PublishPointersOptions,
} from './catalog/glue/publish-pointers.ts';
export type { GlueStatus } from './status/glue.ts';
export { publishTable, type Published } from './publish/publish-table.ts';
export { describeHold, holdTable, releaseTable } from './hold/hold-table.ts';
export { patiently } from './retry/patiently.ts';
export { type HoldStatus, type Standing } from './status/standing.ts';
export { inTable, withTable } from './table/in-table.ts';
export { withEngine, sweepScratch, type TableWorkspace, type Workspace } from './workspace.ts';
export { runFold, type FoldFile, type FoldInputs, type FoldResult } from './fold/run-fold.ts';
export { CHANGES_ONLY, foldTable, type FoldOutcome } from './fold/fold-table.ts';
export {
  rejectGeneration,
  releaseGeneration,
  rollBack,
  type Decision,
  type Released,
  type RolledBack,
} from './generation/decide.ts';
export type { GenerationStatus } from './status/generations.ts';
export { isSecretGiven, readSecret, type SecretPlace } from './secret/read-secret.ts';
export { hmacKeyFor } from './treatment/hmac-key.ts';
export { verifyTable, type Verified, type VerifyWith } from './repair/verify-table.ts';
export {
  isSound,
  previewRepair,
  repairTable,
  type Repaired,
  type RepairOrder,
  type RepairRequest,
} from './repair/repair-table.ts';
export { changedRows, type Pair, type RowChanges, type WrongRow, type WrongSegment } from './repair/difference.ts';
export { parseKey, type AskedKey } from './repair/asked-keys.ts';
export { thisPerson } from './who.ts';
export { syncSets, type Synced } from './dmap/sync-sets.ts';
export { isSetTroubled, type PlannedResult, type SyncedSet, type SyncOptions } from './dmap/synced-set.ts';
export { lookAtSets, type LookOptions, type SeenResult, type SeenSet } from './dmap/look-at-sets.ts';
export { retryRefused, type Retried } from './taps/retry-refused.ts';
export { contractFor } from './taps/contract-for.ts';
export { landDelivery, type Landed, type TapsWorkspace } from './taps/land-delivery.ts';
export type { DmapStatus } from './status/dmap.ts';
export { requireLoads } from './table/require-folded.ts';
export { listCatalog, type CatalogState, type ListedTable } from './catalog/list-catalog.ts';
export { resetCatalog, type Reset } from './catalog/reset-catalog.ts';
export { catalogTable, ENVIRONMENT_NAME, icebergPath, uriOfPath } from './catalog/place.ts';
export { publishSnapshot, SNAPSHOTS, type SnapshotTold } from './catalog/publish-snapshot.ts';
export { lostAmong } from './catalog/lost-ledger.ts';
export { commitTable } from './catalog/commit-table.ts';
export { icebergColumns } from './catalog/iceberg-columns.ts';
export { restore, type LeftOut, type Restored, type RestoreOptions } from './restore/restore.ts';
export type { RestoredDataset, RestoredTable } from './restore/restore-dataset.ts';
export { ENGINES, noSpark, type EngineChoice } from './large/choose-engine.ts';
export type { SparkHere } from './large/spark-here.ts';
