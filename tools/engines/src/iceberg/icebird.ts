/** icebird, in a process of its own: it is an ES module only, and its `fetch` is to read files. */
import path from 'node:path';
import { askedReader } from './asked.ts';
import { Child } from './child.ts';
import type { CatalogPlace, IcebergReader } from './reader.ts';

export function icebirdReader(place: CatalogPlace): IcebergReader {
  const script = path.join(import.meta.dirname, 'icebird-reader.ts');
  const child = new Child(process.execPath, [script, JSON.stringify(place)]);
  return askedReader(child, 'icebird', ['filter', 'asOf', 'files']);
}
