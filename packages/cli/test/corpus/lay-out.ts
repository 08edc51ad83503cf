/** Writes what a recipe says is delivered, as it would lie in Incoming. */
import { chmod, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eachColumn, USUAL_COLUMNS, type Cell, type Delivered, type Recipe, type RecipeColumn } from './recipe.ts';
import { pack, spoil } from './spoil.ts';

const HEADER_COLUMNS: readonly RecipeColumn[] = [
  { name: 'header__change_seq', type: 'STRING' },
  { name: 'header__change_oper', type: 'STRING' },
  { name: 'header__timestamp', type: 'DATETIME' },
  { name: 'header__change_mask', type: 'STRING' },
];

/** Start and end of a snapshot, where the recipe does not say. */
const START = '2026-01-01T00:00:00';
const END = '2026-01-01T00:01:00';

export async function layOut(recipe: Recipe, table: string, incoming: string): Promise<void> {
  for (const one of recipe.deliver) await write(one, recipe, table, incoming);
}

const isChanges = ({ file }: Delivered): boolean => /^\d{8}-\d{9}$/.test(file);

async function write(one: Delivered, recipe: Recipe, table: string, incoming: string): Promise<void> {
  const folder = path.join(incoming, one.folder ?? `${table}${isChanges(one) ? '__ct' : ''}`);
  await mkdir(folder, { recursive: true });
  const { dataName = `${one.file}.csv.gz`, dfmName = `${one.file}.dfm` } = one;
  const columns = columnsOf(one, recipe);
  if (dataName !== null) await writeData(one, columns, path.join(folder, dataName));
  if (dfmName !== null) await writeFile(path.join(folder, dfmName), dfmOf(one, columns, table));
}

async function writeData(one: Delivered, columns: readonly RecipeColumn[], file: string): Promise<void> {
  await rm(file, { recursive: true, force: true });
  if (one.insteadOfData === 'folder') await mkdir(file);
  else if (one.insteadOfData !== undefined) await symlink(one.insteadOfData.link, file);
  else {
    const text = spoil(Buffer.from(one.text ?? csvOf(one, columns)), one.csv);
    await writeFile(file, one.plain === true ? text : pack(text, one.gz));
    if (one.mode !== undefined) await chmod(file, Number.parseInt(one.mode, 8));
  }
}

const columnsOf = (one: Delivered, recipe: Recipe): RecipeColumn[] => [
  ...(isChanges(one) ? HEADER_COLUMNS : []),
  ...eachColumn(one.columns ?? recipe.columns ?? USUAL_COLUMNS),
];

function csvOf(one: Delivered, columns: readonly RecipeColumn[]): string {
  const header = one.header ?? columns.map(({ name }) => name).join(',');
  const rows = (one.rows ?? []).map((row) => (isChanges(one) ? changeRow(row) : row));
  return [header, ...rows.map((row) => row.flatMap(fields).join(','))].map((line) => `${line}\n`).join('');
}

/** `[1, 'U', mask, …]`: the sequence as 35 digits, and a time that no case is about. */
function changeRow([seq, oper = null, mask = null, ...row]: readonly (Cell | number)[]): (Cell | number)[] {
  const digits = typeof seq === 'number' ? String(seq).padStart(35, '0') : (seq ?? null);
  return [digits, oper, '2026-01-01 01:00:00', mask, ...row];
}

/** As Qlik writes it: NULL is nothing, text is in quotes. */
function fields(cell: Cell | number): string[] {
  if (cell === null) return [''];
  if (typeof cell === 'object' && 'raw' in cell) return [cell.raw];
  if (typeof cell === 'object' && 'each' in cell) return Array.from({ length: cell.times }, () => quoted(cell.each));
  const text = typeof cell === 'object' ? cell.repeat.repeat(cell.times) : String(cell);
  return [quoted(text)];
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function dfmOf(one: Delivered, columns: readonly RecipeColumn[], table: string): Buffer {
  const text = typeof one.dfm === 'string' ? one.dfm : JSON.stringify(laidOver(rightDfm(one, columns, table), one.dfm));
  return spoil(Buffer.from(text), one.dfmBytes);
}

function rightDfm(one: Delivered, columns: readonly RecipeColumn[], table: string): Record<string, unknown> {
  const [schema = '', ...name] = table.split('.');
  const changes = isChanges(one);
  return {
    fileInfo: {
      name: `${one.file}.csv`,
      startWriteTimestamp: one.start ?? (changes ? '' : START),
      endWriteTimestamp: one.end ?? (changes ? '2026-01-01T23:00:00' : END),
      content: changes ? 'changes' : 'data',
      recordCount: one.rows?.length ?? 0,
      errorCount: 0,
    },
    formatInfo: {
      format: 'delimited',
      options: { fieldDelimiter: ',', recordDelimiter: '\n', nullValue: '', quoteChar: '"', escapeChar: '' },
    },
    dataInfo: {
      sourceSchema: schema,
      sourceTable: name.join('.'),
      tableVersion: 1,
      columns: columns.map(({ name: column, type, precision = 0, scale = 0, key = 0 }, index) => ({
        ...{ ordinal: index + 1, name: column, type, length: 100, precision, scale, primaryKeyPos: key },
      })),
    },
  };
}

/** JSON Merge Patch (RFC 7396), in which null removes. */
function laidOver(value: unknown, patch: unknown): unknown {
  if (patch === undefined) return value;
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result = { ...(value as Record<string, unknown>) };
  for (const [name, change] of Object.entries(patch))
    if (change === null) Reflect.deleteProperty(result, name);
    else result[name] = laidOver(result[name], change);
  return result;
}

/** Files of a case that are committed as they are: `EDW.X/…` beside the recipe. */
export async function copyDelivered(folder: string, incoming: string, names: readonly string[]): Promise<void> {
  for (const name of names) await cp(path.join(folder, name), path.join(incoming, name), { recursive: true });
}
