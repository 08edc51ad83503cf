/** Readers that are processes of their own: the same questions to each, the same answers. */
import type { Child } from './child.ts';
import type { IcebergReader, ReadColumn, ReadOptions, Row, TableName } from './reader.ts';
import { icebergType, valueOf, type ValueText } from './values.ts';

interface Read {
  readonly columns: readonly ReadColumn[];
  readonly rows: readonly (readonly ValueText[])[];
}

/** @param lacks what the process does not answer */
export function askedReader(child: Child, name: string, lacks: IcebergReader['lacks'] = []): IcebergReader {
  const ask = (what: string, table: TableName, { snapshotId, asOf, filter = [] }: ReadOptions = {}): Promise<unknown> =>
    child.ask({ what, ...table, snapshotId: snapshotId?.toString() ?? null, asOf: asOf ?? null, filter });
  const plannedFiles = async (table: TableName, options?: ReadOptions): Promise<string[]> =>
    (await ask('files', table, options)) as string[];
  return {
    name,
    lacks,
    async rows(table, options) {
      const { columns, rows } = (await ask('rows', table, options)) as Read;
      const known = named(columns);
      return rows.map((row) => rowOf(known, row));
    },
    ...(!lacks.includes('files') && { plannedFiles }),
    schema: async (table, options) => named((await ask('schema', table, options)) as ReadColumn[]),
    close: () => child.close(),
  };
}

const named = (columns: readonly ReadColumn[]): ReadColumn[] =>
  columns.map(({ name, type }) => ({ name, type: icebergType(type) }));

const rowOf = (columns: readonly ReadColumn[], row: readonly ValueText[]): Row =>
  Object.fromEntries(columns.map(({ name, type }, at) => [name, valueOf(type, row[at] ?? null)]));
