/** The public door of the lake: object stores, the DuckDB engine, CSV to Parquet, views over the manifest. */
export { openEngine, type Engine, type EngineOptions, type EngineRow } from './engine/duckdb.ts';
export { quotingKind } from './engine/quoting-kind.ts';
export type { EngineFile, EngineFiles, EngineFilesOptions } from './engine/engine-files.ts';
export { folderStore } from './store/folder-store.ts';
export { s3Store } from './store/s3-store.ts';
export { makeFolder } from './store/make-folder.ts';
export { Room } from './store/room.ts';
export { isStoreTrouble } from './store/s3-errors.ts';
export { locate, openStore, schemeOf, storeName } from './store/open-store.ts';
export { sha256Of, sha256OfFile } from './store/checksum.ts';
export { copyObject, type CopySource } from './store/copy-object.ts';
export type {
  ByteRange,
  ObjectStore,
  ObjectVersion,
  ObjectVersions,
  PutOptions,
  ReadOptions,
  SkippedEntry,
  StoredObject,
  WrittenObject,
} from './store/object-store.ts';
export { unpack, type Unpacked, type UnpackOptions } from './csv/unpack.ts';
export { readRecords, type ReadRecordsOptions } from './csv/read-records.ts';
export type { Piece } from './csv/pieces.ts';
export { loadCsv, SpoiledLoad, type CsvInput, type CsvLoad, type LoadedCsv, type RowCounts } from './csv/load-csv.ts';
export type { Refusal, RefusedRow, RefusedRows } from './csv/set-apart.ts';
export { loadLanes, type LoadLanes } from './csv/load-lanes.ts';
export { loadPieces, PORTION_BYTES, type LoadedPieces, type PieceLoader, type PiecesSpec } from './csv/load-pieces.ts';
export {
  writeParquet,
  type ColumnStatistics,
  type ParquetField,
  type WrittenParquet,
} from './parquet/write-parquet.ts';
export { rowsToParquet, type RowsAsParquet } from './parquet/write-rows.ts';
export type { ColumnValues, Value } from './parquet/column-values.ts';
export { writtenTypes } from './parquet/fields.ts';
export { rewriteParquet } from './parquet/rewrite-parquet.ts';
export { filesSql, localPath, type ViewColumn } from './view.ts';
export { hmacOf, openHmacKey, type HashableValue, type HmacKey } from './treatment/hmac.ts';
export { registerHmacKey } from './treatment/register-hmac-key.ts';
export { openGlueCatalog, type GlueCatalog, type GluePointer, type GlueTable } from './catalogs/glue-catalog.ts';
export { isGlueTrouble } from './catalogs/glue-errors.ts';
export { icebergNotes } from './parquet/iceberg-schema.ts';
