/**
 * Where a table's metadata lies and what the catalog calls it. Iceberg's readers take a path as it stands, so that one of a
 * folder is `file:///a folder/x`, where the ledger's URI of it is `file:///a%20folder/x`.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CatalogTable } from '@farelake/db';
import { tableUuid } from '@farelake/iceberg';
import { schemeOf } from '@farelake/lake';
import { historyName, type Contract } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';

/** Of environments on one machine, unless another is named. */
export const LOCAL = 'local';

/** The catalog of all environments; a namespace of it is one environment's. */
export const CATALOG = 'farelake';

export const environmentOf = ({ environment }: Pick<Workspace, 'environment'>): string => environment ?? LOCAL;

/**
 * As names of resources take it. A namespace has `_` for each hyphen (`namespaceOf`), so that with `_` in names two environments
 * would share one.
 */
export const ENVIRONMENT_NAME = /^[a-z][a-z0-9]{0,30}(-[a-z0-9]+)*$/;

/** Namespaces take no hyphen: `farelake_dev`, which is the name of the environment's Glue database, too. */
export const namespaceOf = (workspace: Pick<Workspace, 'environment'>): string =>
  `${CATALOG}_${environmentOf(workspace).replaceAll('-', '_')}`;

export const catalogTable = (workspace: Pick<Workspace, 'environment'>, tableName: string): CatalogTable => ({
  catalog: CATALOG,
  namespace: namespaceOf(workspace),
  table: tableName,
});

/** Names of the environment and of the table make it: metadata tells by it whose it is. */
export const uuidOf = (workspace: Pick<Workspace, 'environment'>, tableName: string): string =>
  tableUuid(environmentOf(workspace), tableName);

/** Of a file's URI as stores tell it. */
export const icebergPath = (uri: string): string => (schemeOf(uri) === 'file' ? `file://${fileURLToPath(uri)}` : uri);

/** The URI of a file whose path stands in metadata. */
export const uriOfPath = (path: string): string =>
  schemeOf(path) === 'file' ? pathToFileURL(path.replace(/^file:(\/\/)?/, '')).href : path;

/** Folder of a table, without a trailing slash. */
export const tableLocation = ({ stage }: Pick<Workspace, 'stage'>, tableName: string): string =>
  `${icebergPath(stage.uri)}/${tableName}`;

/** Tables that readers see; those of generations beside the shown one are nobody's. */
export const shownTables = ({ dataset, feed }: Contract): string[] =>
  feed === 'qlik' ? [dataset, historyName(dataset)] : [dataset];
