import type { TableMetadata } from './table-metadata.ts';

/** Iceberg's own writers keep 100 (`write.metadata.previous-versions-max`). Fewer do here: the ledger has them all. */
const KEPT = 20;

/**
 * Notes the metadata file that this one follows on (Iceberg table spec v2, "Table Metadata Fields": `metadata-log`), the last 20.
 * @param previousUpdated `last-updated-ms` of the earlier file
 */
export const withPrevious = (
  meta: TableMetadata,
  previousLocation: string,
  previousUpdated: number,
): TableMetadata => ({
  ...meta,
  'metadata-log': [
    ...meta['metadata-log'],
    { 'timestamp-ms': previousUpdated, 'metadata-file': previousLocation },
  ].slice(-KEPT),
});
