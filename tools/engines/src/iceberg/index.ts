/** All readers of Iceberg tables, by one interface. */
import { duckdbReader } from './duckdb.ts';
import { icebirdReader } from './icebird.ts';
import type { IcebergInstallation } from './install.ts';
import { pyicebergReader } from './pyiceberg.ts';
import type { CatalogPlace, IcebergReader } from './reader.ts';
import { sparkReader } from './spark.ts';

/** PyIceberg, Spark, DuckDB, icebird; each starts at once, and answers when it is up. @param folder for what is to be spilled */
export const icebergReaders = (
  installation: IcebergInstallation,
  place: CatalogPlace,
  folder: string,
): IcebergReader[] => [
  pyicebergReader(installation, place),
  sparkReader(installation, place),
  duckdbReader(installation, place, folder),
  icebirdReader(place),
];
