/** A Glue database beside a ledger: tables as the Pulumi program makes them, versions as commits make them. */
import { describe } from '@jest/globals';
import {
  CreateDatabaseCommand,
  CreateTableCommand,
  GetTableCommand,
  GetTableVersionsCommand,
  GlueClient,
  UpdateTableCommand,
  type Table,
  type TableInput,
} from '@aws-sdk/client-glue';
import { startMoto, type Moto } from '@farelake/engines';
import type { Contract } from '@farelake/schema-registry';
import type { Pool } from 'pg';
import {
  asIceberg,
  tableDefinitions,
  type TableDefinition,
} from '../../../../../infra/src/schema-catalog/table-definition.ts';
import { commitPointed } from '../../../../../packages/db/test/support/pointed.ts';
import { startGlueFront, type GlueFront } from './glue-front.ts';

/** `describe` where there can be an emulator; the setup of the run has said why there can be none. */
export const describeGlue = process.env['FARELAKE_TEST_MOTO'] === undefined ? describe.skip : describe;

export const DATABASE = 'farelake_test';
const STAGE = 's3://lake/stage';

/** Where a commit puts the metadata of a version (docs/iceberg.md). */
export const metadataOf = (table: string, version: number): string =>
  `${STAGE}/${table}/metadata/${String(version).padStart(5, '0')}-0123456789abcdef0123-a1b2c3d4.metadata.json`;

/** What a table is made with, before anything was committed. */
export const firstMetadata = (table: string): string => `${STAGE}/${table}/metadata/00000-first.metadata.json`;

export interface GlueLake {
  readonly front: GlueFront;
  /** What commands need to get there. */
  readonly variables: Readonly<Record<string, string>>;
  /** Straight to the emulator, as somebody else. */
  readonly other: GlueClient;
  create(input: TableInput): Promise<void>;
  /** All tables of a contract, by name. */
  createTables(contract: Contract): Promise<string[]>;
  /** A table of one column, its pointer at `firstMetadata`. */
  createSmall(table: string): Promise<void>;
  table(name: string): Promise<Table>;
  /** What its pointer shows, and says that it shows. */
  shown(name: string): Promise<{ metadata: string | undefined; version: string | undefined }>;
  /** Each state that the table was ever in, in order: the emulator keeps them all. */
  history(name: string): Promise<Table[]>;
  /** Sets parameters as somebody who asks nobody: no VersionId, undefined removes. */
  rewrite(name: string, parameters: Readonly<Record<string, string | undefined>>): Promise<void>;
  close(): Promise<void>;
}

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };

export async function openGlueLake(): Promise<GlueLake> {
  const moto: Moto = await startMoto();
  const front = await startGlueFront(moto.endpoint);
  const other = new GlueClient({
    endpoint: moto.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await other.send(new CreateDatabaseCommand({ DatabaseInput: { Name: DATABASE } }));
  const lake: GlueLake = {
    front,
    variables: { ...CREDENTIALS, AWS_ENDPOINT_URL_GLUE: front.endpoint, FARELAKE_GLUE_DATABASE: DATABASE },
    other,
    create: async (TableInput) => {
      await other.send(new CreateTableCommand({ DatabaseName: DATABASE, TableInput }));
    },
    createTables: async (contract) => {
      const definitions = tableDefinitions(contract, { databaseName: DATABASE, stage: STAGE });
      for (const one of definitions) await lake.create(inputOf(asIceberg(one, firstMetadata(one.name))));
      return definitions.map(({ name }) => name);
    },
    createSmall: (Name) =>
      lake.create({
        Name,
        TableType: 'EXTERNAL_TABLE',
        StorageDescriptor: { Location: `${STAGE}/${Name}`, Columns: [{ Name: 'id', Type: 'bigint' }] },
        Parameters: { table_type: 'ICEBERG', metadata_location: firstMetadata(Name), 'farelake.dataset': Name },
      }),
    table: async (Name) => {
      const { Table } = await other.send(new GetTableCommand({ DatabaseName: DATABASE, Name }));
      if (Table === undefined) throw new Error(`no table ${Name}`);
      return Table;
    },
    shown: async (name) => {
      const { Parameters = {} } = await lake.table(name);
      return { metadata: Parameters['metadata_location'], version: Parameters['farelake.table_version'] };
    },
    history: async (TableName) => {
      const { TableVersions = [] } = await other.send(
        new GetTableVersionsCommand({ DatabaseName: DATABASE, TableName }),
      );
      return TableVersions.toSorted((a, b) => Number(a.VersionId) - Number(b.VersionId)).flatMap(({ Table }) =>
        Table === undefined ? [] : [Table],
      );
    },
    rewrite: async (name, parameters) => {
      const { Name, Description, Owner, TableType, StorageDescriptor, Parameters } = await lake.table(name);
      const changed = Object.entries({ ...Parameters, ...parameters }).filter(([, value]) => value !== undefined);
      const input = { Name, Description, Owner, TableType, StorageDescriptor, Parameters: Object.fromEntries(changed) };
      await other.send(new UpdateTableCommand({ DatabaseName: DATABASE, TableInput: input as TableInput }));
    },
    close: async () => {
      other.destroy();
      await front.close();
      await moto.stop();
    },
  };
  return lake;
}

/** As the AWS provider of Pulumi sends a definition to Glue. */
const inputOf = ({
  name,
  description,
  owner,
  tableType,
  parameters,
  storageDescriptor,
}: TableDefinition): TableInput => ({
  ...{ Name: name, Description: description, Owner: owner, TableType: tableType, Parameters: parameters },
  StorageDescriptor: {
    Location: storageDescriptor.location,
    Columns: storageDescriptor.columns.map((column) => ({
      ...{ Name: column.name, Type: column.type, Comment: column.comment, Parameters: column.parameters },
    })),
  },
});

/** The next version of a table, as a commit notes it. */
export const commit = (pool: Pool, table: string): Promise<number> =>
  commitPointed(pool, table, (version) => metadataOf(table, version));
