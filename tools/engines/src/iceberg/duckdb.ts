/** DuckDB's extension for Iceberg, in a process of its own: an error in its reader of Avro ends the process. */
import path from 'node:path';
import { askedReader } from './asked.ts';
import { Child } from './child.ts';
import type { IcebergInstallation } from './install.ts';
import type { CatalogPlace, IcebergReader } from './reader.ts';

/** @param folder for what does not fit into memory */
export function duckdbReader({ extensions }: IcebergInstallation, place: CatalogPlace, folder: string): IcebergReader {
  const script = path.join(import.meta.dirname, 'duckdb-reader.ts');
  const args = [script, JSON.stringify(place), JSON.stringify(extensions), folder];
  return askedReader(new Child(process.execPath, args), 'DuckDB');
}
