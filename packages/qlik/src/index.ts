/** The public door of the Qlik feed: object keys, .dfm files, generations, the fold. Pure. */
export type { Dfm, DfmColumn } from './dfm/dfm.ts';
export { parseDfm } from './dfm/parse.ts';
export { dfmDifferences, errorCountOf } from './dfm/difference.ts';
export { contractFromDfm, tellingDfm, type DeliveredDfm, type DraftOptions } from './contract-from-dfm.ts';
export {
  changesStem,
  formatObjectKey,
  parseObjectKey,
  QLIK_PREFIX,
  snapshotStem,
  sourceName,
  type ChangesKey,
  type ObjectKey,
  type SnapshotKey,
  type SourceTable,
} from './object-key.ts';
export { compactInstant, parseInstant, type Instant } from './instant.ts';
export { compareFiles, rankFiles, type FilePlace } from './file-order.ts';
export { missingPlaces, reaches, type Generation, type SnapshotFile } from './generations.ts';
export { arrangeGenerations, type Arrangement, type Core } from './arrange-generations.ts';
export { headerDifference } from './load/header.ts';
export { changeKeySql } from './load/row-key.ts';
export { compileLoadPlan, HISTORY_OUTPUT, type LoadWork } from './load/plan.ts';
export { missingHeaderColumns, projectChanges, projectSnapshot } from './load/projection.ts';
export { foldRulesOf, type FoldRules } from './fold/rules.ts';
export { foldMode, type Survey } from './fold/mode.ts';
export {
  compileFold,
  foldsAgain,
  surveySql,
  type FoldMode,
  type FoldSql,
  type Relation,
  type SliceSql,
} from './fold/sql/plan.ts';
export * as touched from './fold/sql/touched.ts';
export { interpret, type CurrentRow, type Folded, type Held } from './fold/interpreter.ts';
export {
  compareEvents,
  OPERATION_ORDER,
  type ChangeEvent,
  type Operation,
  type Row,
  type Value,
} from './fold/event.ts';
export { keyOf } from './fold/key.ts';
export {
  BASE_OUTPUT,
  compileFoldPlan,
  SEGMENTS_INPUT,
  writesAll,
  type FoldPlanWork,
  type PlanLoad,
  type PlanSegment,
} from './fold/plan/compile.ts';
export { judgeFold, type FoldCounts, type PlannedAs } from './fold/plan/judge.ts';
export { plannedMode, surveyOfFiles, type HistoryStatistics } from './fold/plan/survey.ts';
