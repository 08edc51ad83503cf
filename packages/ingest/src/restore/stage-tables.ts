/** What lies on stage: by table the files of its metadata, and every file with its size. One listing answers all. */
import type { StoredObject } from '@farelake/lake';
import {
  inMetadata,
  manifestKind,
  parseCommitName,
  type CommitName,
  type ManifestKind,
} from '../catalog/metadata-name.ts';
import type { OnProgress } from '../progress.ts';
import type { Workspace } from '../workspace.ts';

/** A metadata file or journal whose name tells by which commit it came. */
export interface CommitFile extends Pick<CommitName, 'version' | 'attempt'> {
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
}

export interface StagedTable {
  readonly name: string;
  readonly metadata: readonly CommitFile[];
  readonly journals: readonly CommitFile[];
  /** Manifests and manifest lists, by URI. */
  readonly manifests: ReadonlyMap<string, ManifestKind>;
}

export interface Staged {
  /** Of which there is metadata, by name. */
  readonly tables: ReadonlyMap<string, StagedTable>;
  /** Bytes of each file, by URI. */
  readonly sizes: ReadonlyMap<string, number>;
}

export async function listStage(
  { stage, signal }: Pick<Workspace, 'stage' | 'signal'>,
  onProgress?: OnProgress,
): Promise<Staged> {
  const tables = new Map<string, Listed>();
  const sizes = new Map<string, number>();
  for await (const file of stage.list()) {
    signal.throwIfAborted();
    sizes.set(stage.uriOf(file.path), file.size);
    onProgress?.({ step: 'looking through', zone: stage.uri, found: sizes.size });
    note(tables, file, stage.uriOf(file.path));
  }
  return { tables: new Map([...tables].filter(([, { metadata }]) => metadata.length > 0).toSorted()), sizes };
}

interface Listed extends StagedTable {
  readonly metadata: CommitFile[];
  readonly journals: CommitFile[];
  readonly manifests: Map<string, ManifestKind>;
}

function note(tables: Map<string, Listed>, { path, size }: StoredObject, uri: string): void {
  const file = inMetadata(path);
  if (file === undefined) return;
  const { table: name } = file;
  const table = tables.get(name) ?? { name, metadata: [], journals: [], manifests: new Map<string, ManifestKind>() };
  tables.set(name, table);
  const named = parseCommitName(file.name);
  if (named === undefined) {
    const manifest = manifestKind(file.name);
    if (manifest !== undefined) table.manifests.set(uri, manifest);
    return;
  }
  const { kind, version, attempt } = named;
  (kind === 'metadata' ? table.metadata : table.journals).push({ uri, size, version, attempt });
}
