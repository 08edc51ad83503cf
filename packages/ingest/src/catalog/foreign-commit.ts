/** Another writer has changed a table in the catalog. Nothing of it is overwritten: a person decides. */
import type { LockedPointer, ShownElsewhere } from '@farelake/db';
import { BadMetadata, parseMetadata, type TableMetadata } from '@farelake/iceberg';
import { UserError } from '@farelake/schema-registry';
import { metadataIo } from './metadata-io.ts';
import type { MetadataPlace } from './metadata-writer.ts';
import { environmentOf, uuidOf } from './place.ts';

/** @throws UserError `foreign-commit`, `other-environment` unless the catalog says of the table what our last commit made it say */
export async function requireOwn(
  place: MetadataPlace,
  tableName: string,
  pointer: Omit<LockedPointer, 'now'>,
): Promise<void> {
  await requireEnvironment(place, pointer);
  const { ours, found } = pointer;
  if (found === ours?.metadata) return;
  throw new UserError({
    code: 'foreign-commit',
    problem: `${tableName}: ${describeForeign(ours?.metadata, found)} Nothing was changed.`,
    remedy:
      `Save what that writer made, if it matters; then farelake catalog reset ${tableName} makes the catalog show the ledger's version again. ` +
      `Writers of other engines belong into tables of their own: give them a login that can only read (farelake psql --url --reader).`,
    data: { table: tableName, expected: ours?.metadata ?? null, found: found ?? null },
  });
}

/**
 * One ledger is one environment's: tables under two names would be two tables to readers, one of them for ever old. The metadata tells
 * whose it is: a table of ours that somebody has registered in a namespace of his own is no sign of another environment.
 */
export async function requireEnvironment(
  place: MetadataPlace,
  { elsewhere }: Pick<LockedPointer, 'elsewhere'>,
): Promise<void> {
  if (elsewhere === undefined) return;
  const { namespace, tableName } = elsewhere;
  if ((await ifReadable(place, elsewhere))?.['table-uuid'] !== uuidOf(place, tableName))
    throw otherEnvironment(place, tableName, `the catalog has it as ${namespace}.${tableName}`);
}

/** @throws UserError `other-environment` for metadata that was made under another name of the environment */
export function requireUuid(place: MetadataPlace, tableName: string, metadata: TableMetadata): void {
  const found = metadata['table-uuid'];
  if (found !== uuidOf(place, tableName))
    throw otherEnvironment(place, tableName, `its metadata has the table-uuid ${found}`);
}

/** Undefined: it is gone, or no metadata. */
export async function ifReadable(
  place: MetadataPlace,
  { tableName, metadata }: Pick<ShownElsewhere, 'tableName' | 'metadata'>,
): Promise<TableMetadata | undefined> {
  try {
    return parseMetadata(await metadataIo(place, tableName).read(metadata));
  } catch (error) {
    place.signal.throwIfAborted();
    // A store that does not answer says nothing about what it has.
    if (isDamage(error)) return undefined;
    throw error;
  }
}

const otherEnvironment = (place: MetadataPlace, table: string, sign: string): UserError =>
  new UserError({
    code: 'other-environment',
    problem: `${table} is a table of another environment than FARELAKE_ENVIRONMENT says, ${environmentOf(place)}: ${sign}.`,
    remedy: 'Set FARELAKE_ENVIRONMENT to what it was, for every command and function that uses this database.',
    data: { table, environment: environmentOf(place) },
  });

/** A table's catalog row or metadata is not as farelake left it, or cannot be had: that table's trouble alone. */
export const isCatalogTrouble = (error: unknown): error is UserError =>
  error instanceof UserError &&
  ['foreign-commit', 'metadata-damaged', 'other-environment', 'catalog-locked'].includes(error.code);

/** Metadata is gone, or is no longer what farelake wrote. */
export const isDamage = (error: unknown): boolean =>
  error instanceof BadMetadata || (error instanceof UserError && error.code === 'metadata-damaged');

/** @param found undefined: the catalog has no such table */
export function describeForeign(ours: string | undefined, found: string | null | undefined): string {
  if (ours === undefined)
    return `the catalog has a table of this name that farelake did not make, at ${found ?? 'nothing'}.`;
  if (found === undefined)
    return `somebody has dropped the table from the catalog, or renamed it; farelake's last commit is ${ours}.`;
  return `another writer has committed to the table in the catalog: it is at ${found ?? 'nothing'}, farelake's last commit is ${ours}.`;
}
