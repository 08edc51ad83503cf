/** Files that another engine wrote, as the manifest has them. What a result says is looked at before it is believed. */
import type { ManifestFile } from '@farelake/db';
import type { WrittenFile } from '@farelake/plan';
import type { ObjectStore } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import { tellableStatistics } from '../columns.ts';
import type { TreatmentNote } from '../treatment/file-treatments.ts';

export interface Adoption {
  readonly stage: ObjectStore;
  readonly contract: Contract;
  readonly attempt: string;
  /** Of the files: null where it does not apply. */
  readonly batchId: number | null;
  readonly loadId: number | null;
  readonly note: TreatmentNote;
}

/** @throws Error for a file that lies elsewhere, is of another attempt or has another size: a result that lies is a bug */
export async function manifestFiles(adoption: Adoption, written: readonly WrittenFile[]): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const file of written) {
    await requireThere(adoption, file);
    const { uri, size, sha256, rows, segment } = file;
    files.push({
      ...{ uri, size, sha256, rows },
      statistics: tellableStatistics(adoption.contract, file.statistics),
      contractVersion: adoption.contract.version,
      ...{ batchId: adoption.batchId, loadId: adoption.loadId },
      segment: segment?.number ?? null,
      lowestKey: segment === undefined ? null : [...segment.lowestKey],
      ...adoption.note,
    });
  }
  return files;
}

async function requireThere({ stage, attempt }: Adoption, { uri, size }: WrittenFile): Promise<void> {
  const inside = uri.startsWith(`${stage.uri}/`) ? decodeURIComponent(uri.slice(stage.uri.length + 1)) : undefined;
  const ownName = inside?.split('/').at(-1)?.includes(attempt) === true;
  if (inside === undefined || !ownName || stage.uriOf(inside) !== uri)
    throw new Error(`the result of attempt ${attempt} names a file that is none of its own: ${uri}`);
  const found = await stage.stat(inside);
  if (found?.size !== size)
    throw new Error(`${uri} has ${found?.size ?? 'no'} bytes, the result of attempt ${attempt} says ${size}`);
}
