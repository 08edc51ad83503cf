/** The public door of the schema registry: contracts, types, names, drift. Pure. */
export * from './contract.ts';
export { UserError, type UserErrorParts } from './errors.ts';
export * from './types/logical.ts';
export { logicalTypeOfQlik, QLIK_TYPES, type QlikColumnType } from './types/qlik.ts';
export { fits, isSameType, widens } from './types/compare.ts';
export { typeNames, type ParquetType, type TypeNames } from './types/table.ts';
export { parseSql, type Dialect, type ParseOptions, type ParseSql } from './types/parse.ts';
export { quoteIdentifier, quoteLiteral, quoteSparkLiteral } from './sql/quote.ts';
export { SQL, type SqlDialect } from './sql/dialect.ts';
export {
  columnName,
  datasetName,
  HEADER_PREFIX,
  historyName,
  isHeaderColumn,
  isReservedColumnName,
  NAME_PATTERN,
  setTableName,
} from './names.ts';
export * from './system-columns.ts';
export { isHidden, storedColumns, storedType } from './stored-columns.ts';
export { reviseContract } from './revise-contract.ts';
export {
  contractFromColumns,
  refuseColumnCollisions,
  type ContractParts,
  type SourceColumn,
} from './contract-from-columns.ts';
export { driftRemedy, giveType } from './drift-remedy.ts';
export {
  describeDifference,
  describeDrift,
  driftOf,
  driftOfHeader,
  standingDifference,
  type Difference,
  type Drift,
  type DriftKind,
  type FileColumn,
  type StandingDifference,
} from './drift.ts';
export { compatibility, type ContractChange } from './compatibility.ts';
export { HMAC_KEY_RELATION, hmacSql } from './sql/hmac.ts';
export { type DeliveredText, projectAbsentColumn, projectColumn } from './sql/project-column.ts';
export { fieldName, type ProjectedColumn } from './sql/projection.ts';
export type { CsvFormat } from './csv-format.ts';
export { type Fault, faultText, jsonPath } from './faults.ts';
export { type BrokenRule, ruleOf, shapeOf, type ShapeReading } from './json-shape.ts';
export { printable } from './printable.ts';
export { type JsonProblem, type JsonReading, readJson } from './json-text.ts';
export { CONTRACT_SCHEMA, CONTRACT_SCHEMA_FILE, contractSchemaText } from './contract-schema.ts';
export { formatContract } from './format-contract.ts';
export { loadRegistry, type Registry, RegistryError, type RegistryFile, requireRegistry } from './load-registry.ts';
export type { FileFault } from './registry-checks.ts';
