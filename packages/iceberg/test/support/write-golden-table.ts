/** Writes the golden table into a folder and prints what readers are to find: `node …/write-golden-table.ts <folder>`. */
import path from 'node:path';
import { writeGoldenTable } from './golden-table.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('which folder?');
const table = await writeGoldenTable(path.resolve(folder));
process.stdout.write(
  `${JSON.stringify(table, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value), 2)}\n`,
);
