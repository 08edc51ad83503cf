/** Another writer has changed a table in the catalog. Nothing of it is overwritten: a person decides. */
import type { LockedPointer } from '@farelake/db';
import { UserError } from '@farelake/schema-registry';

/** @throws UserError `foreign-commit`, `other-environment` unless the catalog says of the table what our last commit made it say */
export function requireOwn(tableName: string, pointer: Omit<LockedPointer, 'now'>): void {
  const { ours, found } = pointer;
  requireEnvironment(tableName, pointer);
  if (found === ours?.metadata) return;
  throw new UserError({
    code: 'foreign-commit',
    problem: `${tableName}: ${described(ours?.metadata, found)} Nothing was changed.`,
    remedy:
      `Save what that writer made, if it matters; then farelake catalog reset ${tableName} makes the catalog show the ledger's version again. ` +
      `Writers of other engines belong into tables of their own: give them a login that can only read (farelake psql --url --reader).`,
    data: { table: tableName, expected: ours?.metadata ?? null, found: found ?? null },
  });
}

/** One ledger is one environment's: tables under two names would be two tables to readers, one of them for ever old. */
export function requireEnvironment(tableName: string, { elsewhere }: Pick<LockedPointer, 'elsewhere'>): void {
  if (elsewhere === undefined) return;
  throw new UserError({
    code: 'other-environment',
    problem: `${tableName} is ${elsewhere}.${tableName} in the catalog: this ledger is of another environment than FARELAKE_ENVIRONMENT says.`,
    remedy: 'Set FARELAKE_ENVIRONMENT to what it was, for every command and function that uses this database.',
    data: { table: tableName, namespace: elsewhere },
  });
}

/** A table's catalog row or metadata is not as farelake left it: that table's trouble alone. */
export const isCatalogTrouble = (error: unknown): error is UserError =>
  error instanceof UserError && ['foreign-commit', 'metadata-damaged', 'other-environment'].includes(error.code);

function described(ours: string | undefined, found: string | null | undefined): string {
  if (ours === undefined)
    return `the catalog has a table of this name that farelake did not make, at ${found ?? 'nothing'}.`;
  if (found === undefined) return `somebody has dropped the table from the catalog; farelake's last commit is ${ours}.`;
  return `another writer has committed to the table in the catalog: it is at ${found ?? 'nothing'}, farelake's last commit is ${ours}.`;
}
