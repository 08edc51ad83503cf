/** Files as the vendor delivers them: CSV under gzip. */
import { gzipSync } from 'node:zlib';

/** CSV with a header line, quoted where it must be, under gzip; equal rows give equal bytes. NULL is written as nothing. */
export function csvGz(
  columns: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): Uint8Array<ArrayBuffer> {
  const lines = [columns, ...rows].map((fields) => fields.map(field).join(','));
  return new Uint8Array(gzipSync(`${lines.join('\n')}\n`));
}

/** An empty text is quoted, for NULL is not. */
function field(value: string | number | null | undefined): string {
  const text = String(value ?? '');
  return value === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
