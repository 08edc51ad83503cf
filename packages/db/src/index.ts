export { DbError } from './errors.ts';
export type { ErrorData } from './errors.ts';
export { LocalPostgresError } from './local/errors.ts';
export type { LocalPostgresErrorCode } from './local/errors.ts';
export { ensureLocalPostgres, localPostgresStatus, stopLocalPostgres } from './local/server.ts';
export type { EnsureOptions, LocalPostgresStatus, LocalPostgresStep } from './local/server.ts';
export { ensureLocalReader } from './local/reader.ts';
export { READER, READER_LOGIN, readerGrants, type ReaderGrants } from './readers.ts';
export { DatabaseNewerThanCode, MigrationError } from './migrate/errors.ts';
export type { MigrationErrorCode } from './migrate/errors.ts';
export { migrate } from './migrate/migrate.ts';
export type { MigrateResult } from './migrate/migrate.ts';
export { planMigrations } from './migrate/plan.ts';
export type { AppliedMigration, Migration } from './migrate/plan.ts';
export { inTransaction, openPool, PoolError, withConnection, withTransaction } from './pool.ts';
export type { PoolErrorCode, PoolOptions } from './pool.ts';
export type { SignIn } from './sign-in.ts';
export { redactUrl } from './url.ts';
export {
  deliveredTables,
  knownObjects,
  nextSeen,
  pendingBytes,
  registerObjects,
  tablesToLoad,
  type DeliveredObject,
  type Queryable,
} from './ledger/objects.ts';
export {
  changeLoad,
  changeLoads,
  dfmTexts,
  loadsOf,
  type Load,
  type LoadChange,
  type LoadFacts,
  type LoadState,
  type WaitingFor,
} from './ledger/loads.ts';
export { addMissingLoads, contradictions, objectsWithoutLoad, type Contradiction } from './ledger/contradictions.ts';
export { hasVersions, nextVersions, unknownAttempts } from './ledger/next-versions.ts';
export {
  createBatch,
  endAttempt,
  endBatch,
  openBatches,
  startAttempt,
  type Batch,
  type BatchSpec,
} from './ledger/batches.ts';
export { endRun, startRun, type NewRun, type RunEnd } from './ledger/runs.ts';
export {
  claimResults,
  countingAgain,
  hasDatasets,
  resultPlaces,
  rivalsInTable,
  takeOutOfTable,
  unclaimedObjects,
  type NamedResult,
  type ResultPlace,
} from './ledger/datasets.ts';
export { describedAnew, type DescribedAnew } from './ledger/descriptions.ts';
export {
  noteFault,
  noteTry,
  recordRefused,
  refusableLoads,
  triesOf,
  type RefusableLoad,
  type RefusedCopy,
} from './ledger/quarantine.ts';
export { correctedBy, takeOutOfHistory, type Corrected } from './ledger/corrections.ts';
export { givableLoads, givenUp, lastGivenUp, type GivableLoad, type GivenUp } from './ledger/give-ups.ts';
export {
  asIfSentBack,
  clearReplaced,
  createReplay,
  historyBatches,
  markReplaced,
  noteAsked,
  noteReplayed,
  replacedLoads,
  replayableLoads,
  unfinishedDatasets,
  unknownLoads,
  type HistoryBatch,
  type ReplayableLoad,
  type ReplayFilter,
} from './ledger/replays.ts';
export {
  keysInDoubt,
  placeInHistory,
  receiptSums,
  writeReceipt,
  writeRefusedRows,
  writtenLoads,
  type DoubtfulKeys,
  type Receipt,
  type ReceiptSum,
  type RefusedRowNote,
  type WrittenLoad,
} from './ledger/receipts.ts';
export {
  commitVersion,
  filesOfLoads,
  filesToRead,
  lastingFiles,
  readManifest,
  readVersion,
  treatedFiles,
  treatedFilesByTable,
  VERSION_ORIGINS,
  VersionConflict,
  type ColumnTreatment,
  type ColumnTypes,
  type Commit,
  type FileTreatments,
  type FoldFacts,
  type ListedFile,
  type Manifest,
  type ManifestFile,
  type TreatedFiles,
  type VersionOrigin,
} from './ledger/manifest.ts';
export * from './ledger/versions.ts';
export {
  archivableLoads,
  archivedCopies,
  recordArchived,
  unarchivedObjects,
  type ArchivedCopy,
  type ArchivedObject,
  type UnarchivedObject,
} from './ledger/archive.ts';
export {
  appliedLoads,
  withdrawApplications,
  readTable,
  recordApplications,
  writeTable,
  type TableRecord,
} from './ledger/tables.ts';
export {
  isLockTimeout,
  LeaseLost,
  requireLease,
  lookAtLease,
  type LeaseState,
  type LeaseToken,
  type SeenLease,
} from './ledger/leases.ts';
export { liftHold, openHolds, placeHold, readHold, type Hold } from './ledger/holds.ts';
export {
  recordFailure,
  recordNextTry,
  recordSuccess,
  recordTrouble,
  tableFailures,
  type TableFailures,
} from './ledger/failures.ts';
export { withLease, type LeaseOptions, type TableLease } from './hold-lease.ts';
export { recordSha256, unprovenObjects, type Unproven } from './ledger/same-bytes.ts';
export {
  forgetGenerations,
  generationCores,
  lastArrival,
  noteGeneration,
  readGenerations,
  recordCore,
  standingGenerations,
  unusedDfms,
  writeGeneration,
  type Arrival,
  type GenerationRecord,
  type GenerationState,
  type HoldCause,
  type UnusedDfm,
} from './ledger/generations.ts';
export { addDelivery, redescribedObjects, type Redescribed } from './ledger/deliveries.ts';
export {
  loadPlaces,
  loadPlacesAt,
  loadsInTrouble,
  lonelyDfms,
  tableCounts,
  tableDrifts,
  type LoadInTrouble,
  type LoadPlace,
  type TableCounts,
  type TableDrift,
} from './ledger/overview.ts';
export {
  lockPublication,
  publications,
  versionDifference,
  writePublication,
  writePublicationTrouble,
  type PlacedFile,
  type Publication,
  type VersionDifference,
} from './ledger/publications.ts';
export {
  foundAll,
  knownStores,
  missingCopies,
  missingFiles,
  missingObjects,
  unnamedRefusals,
  noteFoundFiles,
  noteFoundObjects,
  withAudit,
  type AuditBegin,
  type FoundObject,
  type FoundPlace,
  type MissingCopy,
  type MissingFile,
  type MissingObject,
} from './ledger/audit.ts';
export {
  isNoted,
  notedBytes,
  notedContents,
  notedReason,
  type NotedContent,
  type NotedReason,
} from './ledger/audit-content.ts';
export { wrongDatasets, type WrongDataset } from './ledger/audit-datasets.ts';
export {
  describedLoads,
  loneObjects,
  twinObjects,
  wrongBatches,
  wrongReceipts,
  wrongVersions,
  type DescribedLoad,
  type LoneObject,
  type TwinObjects,
  type WrongReceipt,
  type WrongSum,
} from './ledger/audit-sums.ts';
export {
  forgetValuesOfDeleted,
  giveUpFiles,
  judgeFiles,
  keptGenerations,
  type Fate,
  type JudgedFile,
  type KeptGeneration,
  type Limits,
  type WrittenFile,
} from './ledger/maintain.ts';
export { recordRepair, type Repair } from './ledger/repairs.ts';
export {
  endListing,
  noteSetTrouble,
  readDmapSet,
  registerResults,
  type DmapResultKey,
  type DmapSetRecord,
  type EndOfListing,
  type RegisteredResults,
} from './ledger/dmap-listing.ts';
export {
  isToFetch,
  noteFetched,
  noteFetchFailed,
  noteFetchPutOff,
  noteUnchanged,
  resultsToFetch,
  type DmapLane,
  type FetchedResult,
  type ResultToFetch,
} from './ledger/dmap-fetch.ts';
export { dmapOverview, type DmapFailure, type DmapResultState, type DmapSetOverview } from './ledger/dmap-overview.ts';
export { datasetsOf, knownResults, type KnownResult } from './ledger/dmap-datasets.ts';
export {
  missingTopicCopies,
  noteFoundTopicFiles,
  wrongPartitions,
  wrongTopics,
  type FoundTopicFile,
  type SeenTopicFile,
  type WrongPartition,
} from './ledger/audit-topics.ts';
export { partitionsWithRuns, replaceRuns, storedRuns, type KeptSums, type StoredRun } from './ledger/kafka-runs.ts';
export {
  databaseTime,
  datesOfSmallFiles,
  smallFilesOf,
  type SmallFile,
  type SmallFiles,
} from './ledger/kafka-compaction.ts';
export { foreignPointers, type ForeignPointer, missingMetadata } from './ledger/audit-catalog.ts';
export {
  catalogEntries,
  type CatalogEntry,
  type FileDifference,
  filesSince,
  forgetSnapshots,
  journalsLetGo,
  type MetadataFile,
  type MetadataKind,
  metadataSizes,
  movePointer,
  type PointerMove,
  type StaleTable,
  staleSnapshots,
  staleTables,
  tablesBehind,
} from './ledger/snapshots.ts';
export { isNotedAsPassedOver, notePassedOver } from './ledger/passed-over.ts';
export * from './ledger/pointers.ts';
export { AttemptGivenUp, endAppend, lockAppends } from './ledger/appends.ts';
export {
  takeBatch,
  takenRuns,
  takenUpTo,
  type KafkaTopic,
  type OffsetRange,
  type RefusedRecord,
  type TakenBatch,
  type TakenEpoch,
  type TakenRun,
  type WrittenTo,
} from './ledger/kafka-offsets.ts';
export {
  partitionProgress,
  refusedCounts,
  hasRecords,
  topicCounts,
  type PartitionProgress,
  type RefusedCount,
  type TopicCounts,
} from './ledger/kafka-overview.ts';
export { acceptRefused, refusedBatches, type RefusedBatch } from './ledger/kafka-refused.ts';
export {
  allPointers,
  gluePublications,
  glueTruth,
  writeGluePublication,
  writeGlueTrouble,
  type GluePublication,
  type GlueTruth,
} from './ledger/glue.ts';
export * from './restore/index.ts';
