/** What can be told of a file whose journal is gone. Pure. */
import type { ManifestFile } from '@farelake/db';

/** A segment's number is in its name: `<segment>-<attempt>.parquet`. */
const SEGMENT = /\/base\/0*(\d+)-[0-9a-f]{20}[^/]*\.parquet$/;

/**
 * Without statistics nothing is skipped by them, without a checksum nothing is proven. How its values were treated is taken from the
 * table's other files, of which all agree; where they do not, or there are none, the contract decides when it is read.
 * @param others files of the same table that a journal tells of
 */
export function derivedFile(
  table: string,
  { uri, size, rows }: Pick<ManifestFile, 'uri' | 'size' | 'rows'>,
  others: readonly ManifestFile[],
): ManifestFile {
  const [like] = others;
  const segment = SEGMENT.exec(uri)?.[1];
  return {
    ...{ uri, size, rows, statistics: {}, batchId: null, loadId: null, lowestKey: null, sha256: null },
    segment: segment === undefined || table.endsWith('_history') ? null : Number(segment),
    contractVersion: like?.contractVersion ?? 1,
    treatments: like?.treatments ?? null,
    columnIds: like?.columnIds ?? null,
    types: like?.types ?? null,
  };
}
