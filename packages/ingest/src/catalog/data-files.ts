/** Files of the manifest as Iceberg lists them. */
import type { ListedFile } from '@farelake/db';
import { metricsOf, type Column, type DataFile } from '@farelake/iceberg';
import type { ColumnStatistics } from '@farelake/lake';
import { icebergPath } from './place.ts';

/** @param columns of the table as of the commit */
export function dataFile(
  file: Pick<ListedFile, 'uri' | 'size' | 'rows' | 'statistics'>,
  columns: readonly Column[],
): DataFile {
  // Names change; statistics of files from before they told ids are left out, and nothing is skipped by them.
  const told = Object.values((file.statistics ?? {}) as ColumnStatistics).flatMap((one) =>
    one.id === undefined ? [] : [{ ...one, id: one.id }],
  );
  return {
    path: icebergPath(file.uri),
    records: BigInt(file.rows),
    size: BigInt(file.size),
    metrics: metricsOf(told, columns),
  };
}
