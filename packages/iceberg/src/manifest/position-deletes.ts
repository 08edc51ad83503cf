/** The columns of position delete files (Iceberg table spec v2, "Position Delete Files" and "Reserved Field IDs"). */
import type { Column } from '../schema/column.ts';
import type { ColumnMetrics, DeleteFile } from './data-file.ts';

export const POSITION_DELETE_PATH = 2147483546;
const POSITION = 2147483545;

/** For whoever writes such files, and for `metricsOf`. */
export const POSITION_DELETE_COLUMNS: readonly Column[] = [
  { id: POSITION_DELETE_PATH, name: 'file_path', type: 'string', required: true },
  { id: POSITION, name: 'pos', type: 'long', required: true },
];

/** Deletes of one data file have its path as both bounds: readers that know no `referenced_data_file` find it so. */
export function withPathBounds<File extends DeleteFile>(file: File): File {
  if (file.dataPath === undefined) return file;
  const path = new TextEncoder().encode(file.dataPath);
  const bounds: ColumnMetrics = { ...file.metrics.get(POSITION_DELETE_PATH), lower: path, upper: path };
  return { ...file, metrics: new Map([...file.metrics, [POSITION_DELETE_PATH, bounds]]) };
}
