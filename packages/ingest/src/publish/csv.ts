/** Rows from the engine into a table of Postgres, by way of a scratch file. */
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Engine } from '@farelake/lake';
import { quoteIdentifier as q, quoteLiteral } from '@farelake/schema-registry';
import type { TableColumn } from '../columns.ts';

export interface Copier {
  readonly client: PoolClient;
  readonly engine: Engine;
  /** Scratch folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** A column of the relation and where it goes. */
export type CopiedColumn = Pick<TableColumn, 'name' | 'type'> & {
  /** Its name in the relation, where that is another. */
  readonly source?: string;
};

/**
 * Copies the rows of a relation of the engine. NULL is nothing and empty text `""`; bytes go as hex; everything else
 * reads the same on both sides, NaN and infinity too.
 * @param relation SQL of what stands behind FROM
 * @param table quoted
 * @returns how many rows
 */
export async function copyRows(
  { client, engine, folder, signal }: Copier,
  relation: string,
  table: string,
  columns: readonly CopiedColumn[],
): Promise<number> {
  const file = path.join(folder, 'publish.csv');
  const quoted = columns.filter(({ type }) => type === 'VARCHAR' || type === 'BLOB').map(({ name }) => q(name));
  const force = quoted.length === 0 ? '' : `, FORCE_QUOTE (${quoted.join(', ')})`;
  await engine.run(
    `COPY (SELECT ${columns.map(textSql).join(', ')} FROM ${relation})
     TO ${quoteLiteral(file)} (FORMAT csv, HEADER false, NULLSTR ''${force})`,
  );
  try {
    const copy = client.query(
      copyFrom(
        `COPY ${table} (${columns.map(({ name }) => q(name)).join(', ')}) FROM STDIN (FORMAT csv, ENCODING 'UTF8')`,
      ),
    );
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), copy, { signal });
    return copy.rowCount;
  } finally {
    await rm(file, { force: true });
  }
}

function textSql({ name, source = name, type }: CopiedColumn): string {
  const value = type === 'BLOB' ? `'\\x' || lower(hex(${q(source)}))` : q(source);
  return `${value} AS ${q(name)}`;
}
