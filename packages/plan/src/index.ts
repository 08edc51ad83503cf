/** The public door: what goes to an engine elsewhere, and what comes back. Pure. */
export {
  JOBS,
  PLAN_VERSION,
  type CsvInput,
  type CsvObject,
  type Guard,
  type Input,
  type Job,
  type KeyInput,
  type Output,
  type OutputColumn,
  type ParquetInput,
  type Plan,
  type PlanColumn,
  type PlanCsvFormat,
  type PlanDialect,
  type PlanFile,
  type Segments,
  type Step,
} from './plan.ts';
export {
  RESULT_VERSION,
  type Fault,
  type Metrics,
  type Outcome,
  type ReceiptRow,
  type Result,
  type WrittenFile,
  type WrittenStatistics,
} from './result.ts';
export { PLAN_SCHEMA, RESULT_SCHEMA, schemaFiles } from './schema.ts';
export { MISFIT, typedSteps, type TypedSteps } from './typed.ts';
export { formatPlan, readPlan, readResult } from './read.ts';
