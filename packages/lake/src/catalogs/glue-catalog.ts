/**
 * Tables of one database of the AWS Glue Data Catalog as pointers to Iceberg metadata: read, and moved only where nobody has
 * changed the table since. Tables are never made or removed here.
 */
import type { GetTableCommandOutput, Table } from '@aws-sdk/client-glue';
import { openGlue, type Glue } from './glue-client.ts';
import { glueProblem, isConflict, isNotThere, type GlueRequest } from './glue-errors.ts';
import { otherKind, tableInput } from './glue-table-input.ts';

/** A table as it was read. */
export interface GlueTable {
  readonly name: string;
  /** Parameter `metadata_location`; undefined: there is none. */
  readonly metadata: string | undefined;
  /** Parameter `farelake.table_version`; undefined: there is none, or it is no version. */
  readonly version: number | undefined;
  /** Whether engines take it for an Iceberg table: parameter `table_type`. */
  readonly isIceberg: boolean;
  /** What it is, in words, where it is no table that stands for itself (a view, a link); undefined: it is one. */
  readonly otherKind: string | undefined;
  /** The answer, to be given back with what changes. */
  readonly whole: Table;
}

export interface GluePointer {
  /** Metadata file. */
  readonly metadata: string;
  /** Version of our table that it shows. */
  readonly version: number;
}

export interface GlueCatalog {
  readonly database: string;
  /** Undefined: that of AWS. */
  readonly endpoint: string | undefined;
  /** @returns undefined: there is no such table, or no such database */
  table(name: string): Promise<GlueTable | undefined>;
  /**
   * Moves the pointer of a table; everything else of it stays as it was read.
   * @returns false: somebody has changed or removed the table since, and nothing was done
   */
  point(table: GlueTable, to: GluePointer): Promise<boolean>;
}

export const VERSION_PARAMETER = 'farelake.table_version';
const METADATA = 'metadata_location';
const PREVIOUS = 'previous_metadata_location';

/**
 * @param database its name in Glue
 * @throws UserError `bad-endpoint`; of its functions `glue-unreachable`, `glue-busy`, `glue-denied`, `glue-refused`, `no-credentials`,
 * `bad-credentials`, `no-region`
 */
export async function openGlueCatalog(
  database: string,
  signal: AbortSignal,
  variables: NodeJS.ProcessEnv = process.env,
): Promise<GlueCatalog> {
  const glue = await openGlue(variables);
  return {
    database,
    endpoint: glue.endpoint,
    table: (name) => readTable(glue, database, name, signal),
    point: (table, to) => pointTable(glue, database, table, to, signal),
  };
}

async function readTable(
  { client, sdk, endpoint }: Glue,
  database: string,
  name: string,
  signal: AbortSignal,
): Promise<GlueTable | undefined> {
  const request: GlueRequest = { action: 'glue:GetTable', database, table: name, endpoint };
  let answer: GetTableCommandOutput;
  try {
    answer = await client.send(new sdk.GetTableCommand({ DatabaseName: database, Name: name }), {
      abortSignal: signal,
    });
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw glueProblem(error, request);
  }
  return answer.Table === undefined ? undefined : asRead(name, answer.Table);
}

function asRead(name: string, whole: Table): GlueTable {
  const { Parameters: parameters = {} } = whole;
  const version = parameters[VERSION_PARAMETER] ?? '';
  return {
    name,
    metadata: parameters[METADATA] || undefined,
    version: /^[1-9]\d{0,14}$/.test(version) ? Number(version) : undefined,
    isIceberg: parameters['table_type']?.toUpperCase() === 'ICEBERG',
    otherKind: otherKind(whole),
    whole,
  };
}

async function pointTable(
  { client, sdk, endpoint }: Glue,
  database: string,
  { name, whole, metadata: before }: GlueTable,
  { metadata, version }: GluePointer,
  signal: AbortSignal,
): Promise<boolean> {
  const { VersionId } = whole;
  // Without it the update would overwrite whatever others have done since.
  if (VersionId === undefined) throw new Error(`Glue told no VersionId of ${database}.${name}`);
  const parameters = {
    table_type: 'ICEBERG',
    [METADATA]: metadata,
    [VERSION_PARAMETER]: String(version),
    ...(before === undefined || before === metadata ? {} : { [PREVIOUS]: before }),
  };
  try {
    await client.send(
      new sdk.UpdateTableCommand({
        DatabaseName: database,
        TableInput: tableInput(whole, parameters),
        VersionId,
        // Else Glue keeps each state of the table, of which an account may have so many (docs/glue.md).
        SkipArchive: true,
      }),
      { abortSignal: signal },
    );
    return true;
  } catch (error) {
    if (isConflict(error) || isNotThere(error)) return false;
    throw glueProblem(error, { action: 'glue:UpdateTable', database, table: name, endpoint });
  }
}
