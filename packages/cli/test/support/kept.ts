/** All that commands leave behind, as text: what must be nowhere is looked for in it. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { openPool } from '@farelake/db';
import { openEngine } from '@farelake/lake';
import { quoteIdentifier, quoteLiteral } from '@farelake/schema-registry';

/** Every value of every table of ours in Postgres. */
export async function databaseText(url: string): Promise<{ text: string; tables: readonly string[] }> {
  const pool = openPool(url);
  try {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    const texts = await Promise.all(
      rows.map(async ({ name }) => {
        const table = await pool.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t ORDER BY 1`);
        return [name, ...table.rows.map(({ text }) => text)].join('\n');
      }),
    );
    return { text: texts.join('\n'), tables: rows.map(({ name }) => name) };
  } finally {
    await pool.end();
  }
}

/** Names and bytes of every file below a folder, and all values of Parquet files, which are compressed. */
export async function folderText(folder: string): Promise<{ text: string; parquet: number }> {
  const engine = await openEngine({ tempFolder: path.join(folder, '..', 'spill') });
  const texts: string[] = [];
  let parquet = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    texts.push(file, await readFile(file, 'latin1'));
    if (!file.endsWith('.parquet')) continue;
    parquet += 1;
    const rows = await engine.rows(
      `SELECT ${quoteIdentifier('t')}::VARCHAR AS text FROM read_parquet(${quoteLiteral(file)}) t`,
    );
    texts.push(...rows.map((row) => String(row['text'])));
  }
  engine.close();
  return { text: texts.join('\n'), parquet };
}
