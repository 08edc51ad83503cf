/**
 * Publishes all rows of the newest version. Most often into a table beside the one that readers see, which then takes
 * its place; where people have hung something on the old one (views, policies, indexes), its rows are replaced instead.
 * Either way it is one transaction: a process that dies leaves things as they were.
 */
import { quoteIdentifier as q } from '@farelake/schema-registry';
import { shownColumns } from '../columns.ts';
import { withEngine } from '../workspace.ts';
import { copyRows } from './csv.ts';
import { addKey, alterColumns, commentTable, createTable } from './ddl.ts';
import { carryGrants } from './grants.ts';
import { keyName, nextKeyName, nextTableName, tableName } from './names.ts';
import type { PublicationPlan } from './plan.ts';
import type { Publication } from './publication.ts';

type CopyPlan = Extract<PublicationPlan, { way: 'copy' }>;

export async function copyAll(publication: Publication, plan: CopyPlan): Promise<void> {
  if ((publication.present?.attached.length ?? 0) > 0) await replaceInPlace(publication, plan);
  else await replaceTable(publication, plan);
  await publication.client.query(`ANALYZE ${tableName(publication.contract.dataset)}`);
}

async function replaceTable(publication: Publication, plan: CopyPlan): Promise<void> {
  const { client, contract, shape, present } = publication;
  const { dataset } = contract;
  const next = nextTableName(dataset);
  await createTable(client, next, contract, shape);
  await copySegments(publication, next);
  await addKey(client, next, nextKeyName(dataset), shape);
  if (present !== undefined) {
    await carryGrants(client, present.oid, next, plan.alterations.changed);
    // From here on readers wait; what is left takes no time.
    await client.query(`DROP TABLE ${tableName(dataset)}`);
  }
  await client.query(`ALTER TABLE ${next} RENAME CONSTRAINT ${q(nextKeyName(dataset))} TO ${q(keyName(dataset))}`);
  await client.query(`ALTER TABLE ${next} RENAME TO ${q(dataset)}`);
}

async function replaceInPlace(publication: Publication, { alterations, sameKey }: CopyPlan): Promise<void> {
  const { client, contract, shape } = publication;
  const table = tableName(contract.dataset);
  // Not TRUNCATE, which would show an empty table to whoever reads an older state of it.
  await client.query(`DELETE FROM ${table}`);
  if (!sameKey) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${q(keyName(contract.dataset))}`);
  await alterColumns(client, table, alterations, { emptied: true });
  await commentTable(client, table, contract);
  await copySegments(publication, table);
  if (!sameKey) await addKey(client, table, keyName(contract.dataset), shape);
}

/** File by file, so that the scratch folder never holds more than one of them. */
async function copySegments(publication: Publication, table: string): Promise<void> {
  const { workspace, contract, client, files, rows } = publication;
  const columns = shownColumns(contract);
  let copied = 0;
  await withEngine(workspace, async (engine, folder) => {
    for (const file of [...files.kept, ...files.added]) {
      const relation = `${await engine.files.sql([file], columns)} f`;
      copied += await copyRows({ client, engine, folder, signal: workspace.signal }, relation, table, columns);
      await engine.files.release([file]);
      publication.onRows(copied);
    }
  });
  if (copied !== rows) throw new Error(`${contract.dataset}: ${copied} rows came out of files that hold ${rows}`);
}
