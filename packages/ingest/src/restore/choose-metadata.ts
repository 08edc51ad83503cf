/**
 * Which metadata of a table was committed last. A commit that died before its transaction ended leaves metadata that nobody named:
 * where another one has the same version, the later one is the committed one, by the clock of the database, under whose lock it was
 * written. One that died and that nothing followed is taken for committed: it is whole in itself, and what it shows was delivered.
 */
import { BadMetadata, currentSnapshot, parseMetadata, type FileIo, type TableMetadata } from '@farelake/iceberg';
import { UserError } from '@farelake/schema-registry';
import { SUMMARY } from '../catalog/metadata-writer.ts';
import { environmentOf, icebergPath, tableLocation, uuidOf } from '../catalog/place.ts';
import type { Workspace } from '../workspace.ts';
import type { CommitFile, StagedTable } from './stage-tables.ts';

export interface Candidate {
  readonly file: CommitFile;
  /** As Iceberg writes it. */
  readonly path: string;
  readonly metadata: TableMetadata;
}

/**
 * That with the highest version; of several the latest, and no other in its place: what it lacks, an earlier try never had.
 * @throws UserError `stage-moved`, `stage-damaged`
 */
export async function newestOf(
  workspace: Pick<Workspace, 'stage' | 'environment'>,
  io: FileIo,
  table: StagedTable,
): Promise<Candidate> {
  const newest = Math.max(...table.metadata.map(({ version }) => version));
  const candidates: Candidate[] = [];
  const unreadable: string[] = [];
  for (const file of table.metadata.filter(({ version }) => version === newest)) {
    const path = icebergPath(file.uri);
    try {
      const metadata = parseMetadata(await io.read(path));
      if (versionOf(metadata) === newest) candidates.push({ file, path, metadata });
      else unreadable.push(`${path}: it shows another version than its name says`);
    } catch (error) {
      if (error instanceof BadMetadata) unreadable.push(`${path}: ${error.message}`);
      else if (error instanceof UserError && error.code === 'metadata-damaged')
        unreadable.push(`${path}: ${error.problem}`);
      else throw error;
    }
  }
  const [latest] = candidates.toSorted((a, b) => b.metadata['last-updated-ms'] - a.metadata['last-updated-ms']);
  // One that cannot be read may be the one that was committed.
  if (latest === undefined || unreadable.length > 0) throw damaged(table.name, newest, unreadable);
  for (const { metadata } of candidates) requireOwnPlace(workspace, table.name, metadata);
  return latest;
}

/** Undefined: it is no commit of ours. */
const versionOf = (metadata: TableMetadata): number | undefined => {
  const version = currentSnapshot(metadata)?.summary[SUMMARY.version];
  return version === undefined ? undefined : Number(version);
};

/** Paths in metadata are absolute: in another place they name what is not there, or is another's. */
function requireOwnPlace(
  workspace: Pick<Workspace, 'stage' | 'environment'>,
  table: string,
  metadata: TableMetadata,
): void {
  const here = tableLocation(workspace, table);
  if (metadata.location !== here)
    throw new UserError({
      code: 'stage-moved',
      problem: `${table}: its metadata was written for ${metadata.location}, and lies at ${here}. All paths in it are those of there.`,
      remedy:
        'Put the files back where they were, or set FARELAKE_STAGE to that place; a restore from another place is not possible.',
      data: { table, expected: metadata.location, found: here },
    });
  const uuid = uuidOf(workspace, table);
  if (metadata['table-uuid'] !== uuid)
    throw new UserError({
      code: 'stage-moved',
      problem: `${table}: its metadata is of another environment than ${environmentOf(workspace)}: table-uuid ${metadata['table-uuid']}, not ${uuid}.`,
      remedy: 'Set FARELAKE_ENVIRONMENT to the name that the environment had.',
      data: { table, expected: uuid, found: metadata['table-uuid'] },
    });
}

const damaged = (table: string, version: number, unreadable: readonly string[]): UserError =>
  new UserError({
    code: 'stage-damaged',
    problem: `${table}: metadata of its newest version, ${version}, cannot be read: ${unreadable.join('; ')}.`,
    remedy:
      "Restore the file, from the bucket's versions or a backup. An older version is not taken in its place: what came since would be lost.",
    data: { table, version },
  });
