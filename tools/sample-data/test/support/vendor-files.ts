import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface Dfm {
  fileInfo: {
    name: string;
    content: string;
    recordCount: number;
    startWriteTimestamp: string;
    endWriteTimestamp: string;
    firstTransactionTimestamp: string | null;
    lastTransactionTimestamp: string | null;
  };
  formatInfo: { options: { fieldDelimiter: string; nullValue: string; quoteChar: string; escapeChar: string } };
  dataInfo: { sourceSchema: string; sourceTable: string; columns: { ordinal: number; name: string; type: string }[] };
}

/** Every file below a folder, by relative path with `/`, in order. */
export const listFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();

/** A file's text, decompressed where its name says so. */
export const readText = (file: string): string => {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
};

export const readDfm = (file: string): Dfm => JSON.parse(readText(file)) as Dfm;

/** Records by the options of a `.dfm`, null for NULL: written apart from the generator's writer. */
export const parseCsv = (text: string, options: Dfm['formatInfo']['options']): (string | null)[][] => {
  const { fieldDelimiter, nullValue, quoteChar, escapeChar } = options;
  const escape = escapeChar || quoteChar;
  const records: (string | null)[][] = [[]];
  let at = 0;
  const quoted = (): string => {
    let field = '';
    for (at += 1; ; at += 1) {
      const [here, next] = [text[at], text[at + 1]];
      if (here === undefined) throw new Error('a quote is left open');
      if (here === escape && (next === quoteChar || (next === escape && escape !== quoteChar))) field += text[++at]!;
      else if (here === quoteChar) break;
      else field += here;
    }
    at += 1;
    return field;
  };
  const bare = (): string | null => {
    const start = at;
    while (at < text.length && text[at] !== fieldDelimiter && text[at] !== '\n') at += 1;
    const field = text.slice(start, at);
    return field === nullValue ? null : field;
  };
  for (;;) {
    records.at(-1)!.push(text[at] === quoteChar ? quoted() : bare());
    if (at >= text.length) return records;
    if (text[at] === '\n' && at + 1 === text.length) return records;
    if (text[at] === '\n') records.push([]);
    else if (text[at] !== fieldDelimiter)
      throw new Error(`a quote closes inside a field, near ${text.slice(at, at + 20)}`);
    at += 1;
  }
};
