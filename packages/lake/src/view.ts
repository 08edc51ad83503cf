/** SQL over a table's files: the view that readers see. Columns are found by field id, so a rename rewrites nothing. */
import { fileURLToPath } from 'node:url';
import { quoteIdentifier, quoteLiteral } from '@farelake/schema-registry';

export interface ViewColumn {
  readonly id: number;
  readonly name: string;
  /** DuckDB type. */
  readonly type: string;
}

/**
 * A relation of the given columns over the files, NULL where a file does not have one yet; empty without files.
 * @param files what the engine opens: local paths, or what `engine.files` answers for the manifest's URIs
 */
export function filesSql(files: readonly string[], columns: readonly ViewColumn[]): string {
  if (files.length === 0)
    return `(SELECT ${columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS ${quoteIdentifier(name)}`).join(', ')} WHERE false)`;
  const schema = columns.map(
    ({ id, name, type }) => `${id}: {name: ${quoteLiteral(name)}, type: ${quoteLiteral(type)}, default_value: NULL}`,
  );
  return `(SELECT ${columns.map(({ name }) => quoteIdentifier(name)).join(', ')} FROM read_parquet([${files
    .map((file) => quoteLiteral(file.startsWith('file:') ? localPath(file) : file))
    .join(', ')}], schema = MAP {${schema.join(', ')}}, hive_partitioning = false))`;
}

/** Path of a file of this machine; other stores come with their own way to it. */
export const localPath = (uri: string): string => fileURLToPath(uri);
