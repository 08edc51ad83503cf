/** What lies in the error zone of a home: files refused whole, and rows. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface ErrorZone {
  /** Codes of the reasons beside refused files, each once, in order. */
  readonly codes: readonly string[];
  /** Refused rows: the line of the text, the column, the record as it was delivered. */
  readonly rows: readonly (readonly [line: number, column: string, raw: string])[];
}

/**
 * @param folder of the zone
 * @param table its source name: whose objects
 */
export function readErrorZone(folder: string, table: string): ErrorZone {
  const below = (kind: string, ending: string): string[] =>
    globSync('**/*', { cwd: path.join(folder, kind) })
      .filter((name) => name.endsWith(ending) && [table, `${table}__ct`].includes(name.split('/')[2] ?? ''))
      .sort()
      .map((name) => readFileSync(path.join(folder, kind, name), 'utf8'));
  const reasons = below('objects', '.reason.json').map((text) => JSON.parse(text) as { code: string });
  const rows = below('rows', '.jsonl').flatMap((text) => text.trimEnd().split('\n'));
  return {
    codes: [...new Set(reasons.map(({ code }) => code))].sort(),
    rows: rows.map((text) => {
      const { line, column, raw } = JSON.parse(text) as { line: number; column: string; raw: string };
      return [line, column, raw] as const;
    }),
  };
}
