/** Typed files of an attempt become files of the stage. Nothing lists them until a commit does. */
import type { ManifestFile } from '@farelake/db';
import type { WrittenParquet } from '@farelake/lake';
import { tellableStatistics } from '../columns.ts';
import { reach } from '../failpoint.ts';
import { treatmentNote } from '../treatment/file-treatments.ts';
import type { Attempt } from './attempt.ts';

/**
 * @param name of the files below the stage, to which the attempt's id is added and, where there are several, the number of
 * the file
 * @param loadId the load whose rows, and no others, they hold
 * @returns in the order of the files
 */
export async function adoptFiles(
  { workspace: { stage }, contract, batch, attempt, key }: Attempt,
  name: string,
  files: readonly WrittenParquet[],
  loadId: number | null = null,
): Promise<ManifestFile[]> {
  const adopted: ManifestFile[] = [];
  for (const [index, { file, size, rows, statistics }] of files.entries()) {
    const part = files.length === 1 ? '' : `-${String(index + 1).padStart(4, '0')}`;
    const target = `${name}-${attempt}${part}.parquet`;
    const { sha256 } = await stage.adopt(file, target);
    reach('load:adopted');
    adopted.push({
      uri: stage.uriOf(target),
      size,
      sha256,
      rows,
      statistics: tellableStatistics(contract, statistics),
      contractVersion: contract.version,
      batchId: batch.id,
      loadId,
      segment: null,
      lowestKey: null,
      ...treatmentNote(contract, () => key?.id),
    });
  }
  return adopted;
}
