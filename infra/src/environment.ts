/** One environment, whole. */
import path from 'node:path';
import * as aws from '@pulumi/aws';
import type { StackConfig } from './config/stack-config.ts';
import { DataLake } from './data-lake/data-lake.ts';
import { bucketName, catalogName } from './names.ts';
import { bundleFolder } from './qlik-ingestion/bundle.ts';
import { QlikIngestion } from './qlik-ingestion/qlik-ingestion.ts';
import { readContracts } from './registry-folder.ts';
import { SchemaCatalog } from './schema-catalog/schema-catalog.ts';
import { tableDefinitions } from './schema-catalog/table-definition.ts';

const REPOSITORY = path.resolve(import.meta.dirname, '../..');

/** What a stack tells whoever looks at it. */
export type EnvironmentOutputs = Record<string, unknown>;

/**
 * Declares everything that an environment stands on.
 * @throws UserError `no-bundle`, `stale-bundle`, RegistryError; nothing is declared then
 */
export function declareEnvironment(config: StackConfig): EnvironmentOutputs {
  // Whatever can be wrong on this side is found before the first resource is declared.
  const bundle = bundleFolder(path.join(REPOSITORY, 'packages/functions/dist'), 'register', REPOSITORY);
  const stage = `s3://${bucketName(config, 'stage')}`;
  const tables = readContracts(path.join(REPOSITORY, 'packages/schema-registry/registry')).flatMap((contract) =>
    tableDefinitions(contract, { databaseName: catalogName(config), stage }),
  );
  const provider = new aws.Provider('aws', {
    region: config.region as aws.Region,
    // Credentials of another account are refused before they change anything.
    allowedAccountIds: [config.accountId],
    defaultTags: { tags: { project: 'farelake', environment: config.environment, 'managed-by': 'pulumi' } },
  });
  const lake = new DataLake('lake', config, { provider });
  const qlik = new QlikIngestion('qlik', config, bundle, { provider });
  const catalog = new SchemaCatalog('catalog', config, stage, { provider });
  return {
    incoming: lake.buckets.incoming.bucket,
    stage: lake.buckets.stage.bucket,
    registerQueue: qlik.queue.url,
    deadLetterQueue: qlik.deadLetters.url,
    catalogDatabase: catalog.database.name,
    /** Tables that the registry describes; they are made with Iceberg. */
    plannedTables: tables.map(({ name }) => name),
  };
}
