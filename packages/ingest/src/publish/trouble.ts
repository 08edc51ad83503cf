/** Why a publication did not come about, in words: with table, column and remedy, never with a value. */
import { readManifest } from '@farelake/db';
import { quoteIdentifier as q, UserError, type Contract } from '@farelake/schema-registry';
import { shownColumns } from '../columns.ts';
import { discreet } from '../table/discreet.ts';
import { withEngine, type Workspace } from '../workspace.ts';
import { SCHEMA, textColumns } from './shape.ts';

/** Whether the engine could not read files; those of older versions need not be there for ever. */
export const filesGone = (error: unknown): boolean =>
  Error.isError(error) &&
  (/^(?:IO|Invalid Input) Error:/.test(error.message) || (error instanceof UserError && error.code === 'object-gone'));

export async function describeTrouble(workspace: Workspace, contract: Contract, raw: unknown): Promise<string> {
  const error = discreet(contract, raw);
  if (!Error.isError(error)) return String(error);
  if (error instanceof UserError) return error.message;
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  if (typeof code === 'string' && typeof severity === 'string') {
    const holdsNul = code === UNTRANSLATABLE ? await columnsWithNul(workspace, contract) : [];
    return postgresTrouble(contract, code, error.message, holdsNul);
  }
  if (!filesGone(error)) return error.message;
  const why = (error.message.split('\n')[0] ?? '').replace(/[.]$/, '');
  return `${why}. Make the files of ${contract.dataset} readable, or restore them.`;
}

/** character_not_in_repertoire (PostgreSQL 18, appendix "PostgreSQL Error Codes"). */
const UNTRANSLATABLE = '22021';

/**
 * Postgres's own words only where they cannot hold a value: those of data exceptions and constraints (22, 23) do.
 */
function postgresTrouble(contract: Contract, code: string, message: string, holdsNul: readonly string[]): string {
  const table = `${SCHEMA}.${contract.dataset}`;
  const off = 'or set publish.postgres to false in its contract';
  if (holdsNul.length > 0)
    return `${table}: Postgres cannot hold the NUL character that stands in column ${holdsNul.join(', ')}. Have the rows delivered without it, ${off}.`;
  if (code === '54000')
    return `${table}: a key is too long for an index of Postgres, which takes about 2,700 bytes. Choose a shorter key, ${off}.`;
  if (code === '55P03')
    return `${table} is in use by somebody whose statement does not end. End it (pg_stat_activity shows it) and ingest again.`;
  if (code === '2BP01' || code === '0A000')
    return `${table} has to change, and views or other objects rely on what changes (${message}). Drop them, ingest again, and make them anew.`;
  if (code === '42501' || code === '3F000')
    return `${table}: ${message}. Give the database's user the right to own and create tables in schema ${SCHEMA}, and to make temporary ones.`;
  if (/^2[23]/.test(code))
    return `${table}: Postgres refused a value or a row (${code}). Look for constraints and triggers that were added to the table, and whether the database's encoding is UTF8.`;
  return `${table}: Postgres says: ${message} (${code}).`;
}

/** Empty also where the files cannot be looked into: then Postgres's code has to do. */
async function columnsWithNul(workspace: Workspace, contract: Contract): Promise<string[]> {
  const names = textColumns(contract);
  const { files } = await readManifest(workspace.pool, contract.dataset);
  const columns = shownColumns(contract);
  const found = names.map((name) => `count(*) FILTER (contains(${q(name)}, chr(0))) AS ${q(name)}`);
  const holding = new Set<string>();
  return withEngine(workspace, async (engine) => {
    for (const file of names.length === 0 ? [] : files) {
      const [counts] = await engine.rows(
        `SELECT ${found.join(', ')} FROM ${await engine.files.sql([file], columns)} f`,
      );
      for (const name of names) if (Number(counts?.[name] ?? 0) > 0) holding.add(name);
      await engine.files.release([file]);
    }
    return [...holding];
  }).catch(() => {
    workspace.signal.throwIfAborted();
    return [];
  });
}
