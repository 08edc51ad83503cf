import type { TableMetadata } from './table-metadata.ts';

/** As many as Iceberg's `write.metadata.previous-versions-max` has by default is 100; the ledger has them all anyway. */
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
