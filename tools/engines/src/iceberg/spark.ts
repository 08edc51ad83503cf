/** Spark with Iceberg's runtime, and the JDBC catalog in Postgres. */
import path from 'node:path';
import { askedReader } from './asked.ts';
import { Child } from './child.ts';
import type { IcebergInstallation } from './install.ts';
import type { CatalogPlace, IcebergReader } from './reader.ts';

export function sparkReader({ pyspark, jars }: IcebergInstallation, place: CatalogPlace): IcebergReader {
  const script = path.join(import.meta.dirname, 'spark_reader.py');
  const settings = {
    'spark.jars': jars.join(','),
    ...sparkCatalog(place),
    'spark.sql.ansi.enabled': 'true',
    'spark.sql.session.timeZone': 'UTC',
    'spark.ui.enabled': 'false',
    'spark.driver.memory': '1g',
  };
  return askedReader(new Child(pyspark, [script, JSON.stringify(settings), place.catalog]), 'Spark');
}

/** The settings of Spark that make the tables known under the catalog's name. */
function sparkCatalog({ databaseUrl, catalog }: CatalogPlace): Record<string, string> {
  const url = new URL(databaseUrl);
  const prefix = `spark.sql.catalog.${catalog}`;
  return {
    [prefix]: 'org.apache.iceberg.spark.SparkCatalog',
    [`${prefix}.type`]: 'jdbc',
    [`${prefix}.uri`]: `jdbc:postgresql://${url.host}${url.pathname}`,
    [`${prefix}.jdbc.user`]: decodeURIComponent(url.username),
    [`${prefix}.jdbc.password`]: decodeURIComponent(url.password),
    [`${prefix}.jdbc.schema-version`]: 'V1',
    // It may create none: it reads.
    [`${prefix}.jdbc.init-catalog-tables`]: 'false',
    // Every catalog has to name one, and nothing is written there.
    [`${prefix}.warehouse`]: 'file:/nowhere',
    // The pointer moves with every commit; what was loaded is not kept.
    [`${prefix}.cache-enabled`]: 'false',
  };
}
