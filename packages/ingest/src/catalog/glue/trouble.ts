/** What keeps a table in Glue from showing the newest version, in words, beside the troubles that Glue itself tells. */
import type { GlueTruth } from '@farelake/db';
import type { GlueTable } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import type { OtherLedger } from './decide.ts';

export const missingTable = (database: string, table: string): UserError =>
  new UserError({
    code: 'glue-no-table',
    problem: `There is no table ${table} in the Glue database ${database}, or no such database.`,
    remedy:
      'The Pulumi program makes tables from the registry (pulumi up); check FARELAKE_GLUE_DATABASE and the region.',
    data: { database, table },
  });

export const notATable = (database: string, table: string, kind: string): UserError =>
  new UserError({
    code: 'glue-not-a-table',
    problem: `${database}.${table} is ${kind} in Glue, and is left as it is.`,
    remedy: 'Name the database that holds the table itself in FARELAKE_GLUE_DATABASE, or give it another name.',
    data: { database, table },
  });

/** On AWS nobody could read it. A server of tests may have any pointer. */
export const withoutBucket = (table: string): UserError =>
  new UserError({
    code: 'glue-no-bucket',
    problem: `${table} lies in a folder of this machine, which readers of AWS Glue cannot reach.`,
    remedy: 'Set FARELAKE_STAGE to a bucket, or leave FARELAKE_GLUE_DATABASE out.',
    data: { table },
  });

export const contended = (database: string, table: string, tries: number): UserError =>
  new UserError({
    code: 'glue-contended',
    problem: `${database}.${table} was changed by others between each of ${tries} looks at it and the update.`,
    remedy: 'farelake catalog publish, or the next ingest, tries again; find out who changes the table so often.',
    data: { database, table },
  });

export function ofAnotherLedger(
  why: OtherLedger,
  database: string,
  { name, metadata, version }: Pick<GlueTable, 'name' | 'metadata' | 'version'>,
  pointer: GlueTruth['pointer'],
): UserError {
  const data = { database, table: name, version, metadata, newest: pointer.version };
  if (why === 'behind')
    return new UserError({
      code: 'glue-ledger-behind',
      problem: `${database}.${name} shows version ${version ?? 0}, which this ledger does not know: it ends at ${pointer.version}. Readers would see an older table again.`,
      remedy:
        'Restore the ledger from stage (farelake restore). If the older version is to be shown, remove the parameter farelake.table_version of the table in Glue.',
      data,
    });
  if (why === 'unknown')
    return new UserError({
      code: 'glue-unknown-commit',
      problem: `${database}.${name} shows version ${version ?? 0} in a metadata file that this ledger does not know, though it lies in its folder: ${metadata ?? ''}. This ledger is at version ${pointer.version}.`,
      remedy:
        'Find out which other ledger commits to this stage and publishes to this database: a copy of this one, or the one that it was restored from. Stop it; then remove the parameter farelake.table_version of the table in Glue, and it shows the version of this ledger.',
      data,
    });
  return new UserError({
    code: 'glue-other-lake',
    problem: `${database}.${name} is published from another place: ${metadata ?? ''}.`,
    remedy:
      "Set FARELAKE_GLUE_DATABASE to this environment's own database. If the table is to move here, remove its parameter farelake.table_version in Glue.",
    data,
  });
}
