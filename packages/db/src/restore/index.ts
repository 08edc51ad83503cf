/** What is written beside tables of the ledger, and what rebuilds a lost one from it. */
export {
  foldedHistory,
  journalledLoads,
  journalledStanding,
  loadsWithoutFiles,
  type IdRange,
  type JournalledLoads,
  type LoadsToTell,
  type Row,
  type Standing as JournalledStanding,
} from '../ledger/journal.ts';
export { journalledTopics, type JournalledTopics, type TextRun } from '../ledger/kafka-journal.ts';
export {
  forgetPlaces,
  knownOf,
  noteRestored,
  reserveNumbers,
  restoreAttempts,
  unlistedFiles,
  type Known,
} from './begin.ts';
export {
  highestNumbers,
  noteCopies,
  numbersOf,
  NumberTaken,
  restoreLoads,
  settleLoads,
  supersedeGone,
} from './loads.ts';
export { restoreApplications, restoreGenerations } from './standing.ts';
export {
  fillUpBatches,
  knownPartition,
  restoreBatches,
  restorePartitions,
  restoreRuns,
  type PartitionTold,
  type RestoredRun,
} from './topics.ts';
export {
  noteGone,
  restoreFiles,
  restoreMetadata,
  restorePointer,
  restoreVersions,
  type RestoredFile,
  type RestoredMetadata,
  type RestoredVersion,
} from './versions.ts';
