/** PyIceberg, with its catalog in Postgres (SqlCatalog). */
import path from 'node:path';
import { askedReader } from './asked.ts';
import { Child } from './child.ts';
import type { IcebergInstallation } from './install.ts';
import type { CatalogPlace, IcebergReader } from './reader.ts';

export function pyicebergReader(
  { pyiceberg }: IcebergInstallation,
  { databaseUrl, catalog }: CatalogPlace,
): IcebergReader {
  const uri = databaseUrl.replace(/^postgres(ql)?:/, 'postgresql+psycopg2:');
  const script = path.join(import.meta.dirname, 'pyiceberg_reader.py');
  return askedReader(new Child(pyiceberg, [script, catalog, uri]), 'PyIceberg');
}
