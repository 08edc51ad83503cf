/** Replaces the rows of a published table whose keys have changed. Cost follows the changes, not the table. */
import { quoteIdentifier as q } from '@farelake/schema-registry';
import { shownColumns, shownKey } from '../columns.ts';
import { withEngine } from '../workspace.ts';
import { copyRows, type Copier } from './csv.ts';
import { alterColumns, commentTable } from './ddl.ts';
import { findDifference, goneName, type RowDifference } from './difference.ts';
import { tableName } from './names.ts';
import type { Alterations } from './plan.ts';
import { TargetChanged, type Publication } from './publication.ts';

/**
 * @throws TargetChanged when the rows there are not those of the version that the record names
 */
export async function replaceChanged(publication: Publication, alterations: Alterations): Promise<void> {
  const { workspace, contract, client, files } = publication;
  const table = tableName(contract.dataset);
  if (heldAlready(publication, alterations)) throw new TargetChanged('a column is back with its values');
  await withEngine(workspace, async (engine, folder) => {
    // Before anything is written: what is wrong with the files leaves the transaction as it was.
    const difference = await findDifference(engine, contract, files.removed, files.added);
    await alterColumns(client, table, alterations);
    if (alterations.comments.length > 0) await commentTable(client, table, contract);
    const copier: Copier = { client, engine, folder, signal: workspace.signal };
    const deleted = await deleteGone(copier, publication, difference);
    const copied = await copyRows(copier, difference.fresh, table, shownColumns(contract)).catch((error: unknown) => {
      // A key that is there and should not be: the lake has each only once.
      if ((error as { code?: unknown }).code === '23505') throw new TargetChanged('a key is there that should not be');
      throw error;
    });
    publication.onRows(copied);
    if (deleted !== difference.goneRows || publication.rowsBefore - deleted + copied !== publication.rows)
      throw new TargetChanged('rows are missing, or are there that should not be');
  });
}

/**
 * A column that the contract had before, lost and has again under its old id stands in files that have not changed since;
 * adding it empty would hide those values. Of files without a note it is not known.
 */
const heldAlready = ({ files }: Publication, { added }: Alterations): boolean =>
  files.kept.some(({ columnIds }) => added.some(({ id }) => columnIds?.includes(id) ?? true));

async function deleteGone(copier: Copier, { contract }: Publication, difference: RowDifference): Promise<number> {
  if (difference.goneRows === 0) return 0;
  const { client } = copier;
  const table = tableName(contract.dataset);
  const shown = shownColumns(contract);
  // In key order, as the patterns are.
  const key = shownKey(contract).flatMap((name) => shown.find((column) => column.name === name) ?? []);
  const names = key.map(({ name }) => q(name));
  // Made from the table, so that types, and with them the use of its index, are the same.
  await client.query(
    `CREATE TEMP TABLE "@gone" ON COMMIT DROP AS SELECT ${names.join(', ')} FROM ${table} WITH NO DATA`,
  );
  const columns = key.map(({ name, type }) => ({ name, type, source: goneName(name) }));
  await copyRows(copier, difference.gone, 'pg_temp."@gone"', columns);
  // Without statistics the planner takes a temporary table for small, and looks up a million keys one by one.
  await client.query('ANALYZE pg_temp."@gone"');
  let deleted = 0;
  for (const pattern of difference.nullPatterns) {
    // IS NOT DISTINCT FROM would compare every key with every row; with = and IS NULL apart, each kind has its plan.
    const same = names.map((name, place) =>
      pattern[place] === true ? `t.${name} IS NULL AND g.${name} IS NULL` : `t.${name} = g.${name}`,
    );
    const { rowCount } = await client.query(
      `DELETE FROM ${table} t USING pg_temp."@gone" g WHERE ${same.join(' AND ')}`,
    );
    deleted += rowCount ?? 0;
  }
  return deleted;
}
