/** icebird: `icebird-reader.ts <place as JSON>`. Answers as reader.ts asks. */
import { readFile } from 'node:fs/promises';
import { icebergRead } from 'icebird';
import type { TableMetadata } from 'icebird/src/types.js';
import { answerAll, type Question } from './json-lines.ts';
import { openPointers } from './pointer.ts';
import type { CatalogPlace, ReadColumn } from './reader.ts';
import type { ValueText } from './values.ts';

const pointers = openPointers(JSON.parse(process.argv[2] ?? '') as CatalogPlace);

// It reads everything by `fetch`, which in Node knows no files.
const SCHEME = 'file://';
const fetchOverNetwork = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const url = String(input instanceof Request ? input.url : input);
  if (!url.startsWith(SCHEME)) return fetchOverNetwork(input, init);
  const bytes = await readFile(url.slice(SCHEME.length));
  const range = /^bytes=(\d+)-(\d*)$/.exec(new Headers(init?.headers).get('range') ?? '');
  if (range === null) return new Response(bytes);
  const end = range[2] === '' ? bytes.length : Number(range[2]) + 1;
  return new Response(bytes.subarray(Number(range[1]), end), { status: 206 });
};

/** The table's metadata as if the snapshot asked for were the newest: icebird reads no other. */
async function metadataOf(question: Question): Promise<TableMetadata> {
  if (question.asOf !== null || question.filter.length > 0)
    throw new Error('icebird knows no conditions, and no times.');
  const location = await pointers.of(question);
  const metadata = (await (await fetch(location)).json()) as TableMetadata;
  if (question.snapshotId === null) return metadata;
  const id = Number(question.snapshotId);
  const snapshot = metadata.snapshots?.find((one) => one['snapshot-id'] === id);
  if (snapshot === undefined) throw new Error(`There is no snapshot ${question.snapshotId}.`);
  const schemaId = snapshot['schema-id'] ?? metadata['current-schema-id'];
  return { ...metadata, 'current-snapshot-id': id, 'current-schema-id': schemaId };
}

const columnsOf = (metadata: TableMetadata): ReadColumn[] =>
  metadata.schemas
    .find((schema) => schema['schema-id'] === metadata['current-schema-id'])
    ?.fields.map(({ name, type }) => ({ name, type: typeName(type) })) ?? [];

/** Its own type says that there is only text. */
type IcebergType = string | { readonly type: string; readonly element?: IcebergType };

function typeName(type: IcebergType): string {
  if (typeof type === 'string') return type;
  return type.element === undefined ? type.type : `list<${typeName(type.element)}>`;
}

/** Without files of data it throws. */
const isEmpty = (error: unknown): boolean =>
  Error.isError(error) && /^No (data manifest files|current snapshot id) found/.test(error.message);

async function rows(question: Question): Promise<unknown> {
  const metadata = await metadataOf(question);
  const columns = columnsOf(metadata);
  const read = await icebergRead({ tableUrl: metadata.location, metadata }).catch((error: unknown) => {
    if (isEmpty(error)) return [];
    throw error;
  });
  return { columns, rows: read.map((row) => columns.map(({ name, type }) => textOf(type, row[name]))) };
}

function textOf(type: string, value: unknown): ValueText {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((one) => textOf('', one));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Date) return dateText(type, value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : doubleText(value);
  if (typeof value === 'bigint') return String(value);
  throw new Error(`icebird gave a value of a kind that is not known here: ${typeof value}`);
}

const doubleText = (value: number): string => (Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf');

/** Of milliseconds: a `Date` holds no more. */
const dateText = (type: string, value: Date): string => {
  const text = value.toISOString();
  return type === 'date' ? text.slice(0, -14) : `${text.slice(0, -1).replace('T', ' ')}000`;
};

const schema = async (question: Question): Promise<ReadColumn[]> => columnsOf(await metadataOf(question));

await answerAll({ rows, schema });
await pointers.close();
