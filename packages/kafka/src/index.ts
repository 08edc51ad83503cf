/** The public door of Kafka feeds: decoding, validation, and what is new of a delivery. Pure; the consumer is `@farelake/kafka/client`. */
export type { Delivery, KafkaRecord, TimestampType } from './record.ts';
export { decodeEvent, decodeRecord } from './decode/event.ts';
export { eventRecord, recordLine, type EventRecord } from './decode/record-line.ts';
export {
  recordReader,
  REFUSAL_REASONS,
  type HashValue,
  type ReadRecord,
  type RefusalReason,
  type RowValue,
} from './row/read-record.ts';
export { recordSchema } from './row/record-schema.ts';
export { dayText, serviceDays, type Day } from './row/service-day.ts';
export { cut, runsOf, type Arrived, type Cut, type CutPart, type Epoch, type Run } from './ledger/cut.ts';
export { ARCHIVE_FOLDER, recordsPath, refusedPath, stagePath, type TakenRange } from './zone-path.ts';
export { syntheticTaps, type SyntheticOptions, type SyntheticRecord } from './synthetic/generate.ts';
export { PRODUCIBLE_REASONS, spoil } from './synthetic/poison.ts';
export { tapValue, type Tap } from './synthetic/tap.ts';
export { LONGEST_RUN, mergeRuns, type MergedRun, type RunHead } from './ledger/merge-runs.ts';
