/** Keys that a person asks for, from text to a relation of the engine. */
import type { Engine } from '@farelake/lake';
import { quoteIdentifier as q, UserError, type Contract } from '@farelake/schema-registry';
import { keyLiteral, type KeyColumn } from '../fold/segments.ts';
import { placeOfSql, everyPlace, type Layout, type Slice } from './places.ts';

/** A key as texts in the order of the contract's key; null is NULL. */
export type AskedKey = readonly (string | null)[];

/**
 * One key: a JSON list in the order of the key's columns, a JSON object by their names, or the values with commas between
 * them. Only JSON can tell NULL, and values with commas in them.
 * @throws UserError `bad-key`
 */
export function parseKey({ key }: Contract, text: string): AskedKey {
  const refuse = (why: string) => badKey(key, text, why);
  if (/^\s*[[{]/.test(text)) return fromJson(key, text, refuse);
  const values = key.length === 1 ? [text] : text.split(',').map((value) => value.trim());
  if (values.length !== key.length) throw refuse(`it has ${values.length} values`);
  return values;
}

const badKey = (key: readonly string[], text: string, why: string): UserError =>
  new UserError({
    code: 'bad-key',
    problem: `${JSON.stringify(text.slice(0, 100))} is no key of the table: ${why}.`,
    remedy: `The key is ${key.join(', ')}: write its values with commas between them, or as JSON ${JSON.stringify(key.map((name) => `<${name}>`))}.`,
  });

function fromJson(key: readonly string[], text: string, refuse: (why: string) => UserError): AskedKey {
  const parsed = parsedJson(text, refuse);
  const values = Array.isArray(parsed) ? (parsed as unknown[]) : byName(key, parsed as object, refuse);
  if (values.length !== key.length) throw refuse(`it has ${values.length} values`);
  return values.map((value) => {
    if (value === null || typeof value === 'string') return value;
    if (typeof value === 'boolean') return String(value);
    throw refuse('a value is a list or an object');
  });
}

function byName(key: readonly string[], object: object, refuse: (why: string) => UserError): unknown[] {
  const values = new Map<string, unknown>(Object.entries(object));
  const other = [...values.keys()].find((name) => !key.includes(name));
  if (other !== undefined) throw refuse(`${other} is none of its columns`);
  const missing = key.find((name) => !values.has(name));
  if (missing !== undefined) throw refuse(`${missing} is missing`);
  return key.map((name) => values.get(name));
}

/** Numbers as the text they are written in: more digits than a double has must not get lost. */
function parsedJson(text: string, refuse: (why: string) => UserError): unknown {
  try {
    const asWritten = (_: string, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? (context?.source ?? String(value)) : value;
    return JSON.parse(text, asWritten);
  } catch {
    throw refuse('it is no JSON');
  }
}

/** Keys of one statement. */
const AT_ONCE = 1000;

/** Column of `@asked` for a column of the key. */
export const askedColumn = (place: number): string => `@k${place}`;

/**
 * Makes the relation `@asked` of the keys. @returns them as one slice
 * @throws UserError `bad-key` where a value does not have its column's type
 */
export async function sliceOfKeys(contract: Contract, layout: Layout, keys: readonly AskedKey[]): Promise<Slice> {
  const { engine, key } = layout;
  const columns = key.map(({ type }, place) => `${q(askedColumn(place))} ${type}`);
  await engine.run(`CREATE TEMP TABLE "@asked" (${columns.join(', ')})`);
  for (let from = 0; from < keys.length; from += AT_ONCE)
    await insert(contract, engine, key, keys.slice(from, from + AT_ONCE));
  const named = key.map(({ name }, place) => `${q(askedColumn(place))} AS ${q(name)}`).join(', ');
  const places = await engine.rows(
    `SELECT DISTINCT ${placeOfSql(layout, everyPlace(layout))} AS place FROM (SELECT ${named} FROM "@asked") a ORDER BY 1`,
  );
  // Columns of `@asked` have names that no table has: the others are those of whatever relation the predicate is used on.
  const same = key.map(({ name }, place) => `a.${q(askedColumn(place))} IS NOT DISTINCT FROM ${q(name)}`);
  return {
    within: `EXISTS (SELECT 1 FROM "@asked" a WHERE ${same.join(' AND ')})`,
    places: places.map((row) => Number(row['place'])),
    from: undefined,
  };
}

async function insert(
  contract: Contract,
  engine: Engine,
  key: readonly KeyColumn[],
  keys: readonly AskedKey[],
): Promise<void> {
  for (const asked of keys) {
    // The engine would round it to a number, and another key would be looked at.
    const place = key.findIndex(({ type }, i) => type === 'BIGINT' && asked[i] != null && !/^-?\d+$/.test(asked[i]));
    if (place >= 0) throw notOfType(contract, key, asked, place);
  }
  const rows = keys.map((asked) => `(${key.map((column, i) => keyLiteral(column, asked[i] ?? null)).join(', ')})`);
  try {
    await engine.run(`INSERT INTO "@asked" SELECT DISTINCT * FROM (VALUES ${rows.join(', ')}) v`);
  } catch (error) {
    const [first] = keys;
    if (first === undefined || !Error.isError(error) || !/^(?:Conversion|Invalid Input) Error/.test(error.message))
      throw error;
    if (keys.length === 1) throw notOfType(contract, key, first, 0);
    for (const asked of keys) await insert(contract, engine, key, [asked]);
    throw error;
  }
}

const notOfType = (contract: Contract, key: readonly KeyColumn[], asked: AskedKey, place: number): UserError =>
  badKey(
    contract.key,
    JSON.stringify(asked),
    key.length === 1 || key[place]?.type === 'BIGINT'
      ? `${key[place]?.name ?? ''} is ${key[place]?.type ?? ''}`
      : `its columns are ${key.map(({ name, type }) => `${name} ${type}`).join(', ')}`,
  );
