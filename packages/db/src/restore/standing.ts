/** Generations of a dataset, and what its table is made of. */
import type { Standing } from '../ledger/journal.ts';
import type { Queryable } from '../ledger/objects.ts';

/** Cores name loads that have to be there; those that are not are left out. */
export async function restoreGenerations(
  db: Queryable,
  dataset: string,
  { generations, cores, places }: Standing,
): Promise<void> {
  await db.query(
    `INSERT INTO ledger.generations SELECT n.* FROM json_populate_recordset(NULL::ledger.generations, $1::json) n WHERE n.dataset = $2`,
    [JSON.stringify(generations), dataset],
  );
  await db.query(
    `INSERT INTO ledger.generation_cores (dataset, generation, load_id)
     SELECT $1, r.generation, l.id FROM ${RANGES} JOIN ${IN_HISTORY}
     JOIN ledger.generations g ON g.dataset = $1 AND g.name = r.generation ON CONFLICT DO NOTHING`,
    [dataset, ...rangesOf(cores)],
  );
  await db.query(
    `UPDATE ledger.loads known SET generation = r.generation FROM ${RANGES} JOIN ${IN_HISTORY}
     WHERE known.id = l.id AND known.generation IS NOT NULL AND known.generation <> r.generation`,
    [dataset, ...rangesOf(places)],
  );
}

/** SQL: parameters $2 to $4. */
const RANGES = 'unnest($2::text[], $3::bigint[], $4::bigint[]) r(generation, first, last)';
const IN_HISTORY =
  'ledger.loads l ON l.id BETWEEN r.first AND r.last AND l.dataset = $1 AND l.history_batch_id IS NOT NULL';

function rangesOf(byGeneration: Standing['cores']): [string[], number[], number[]] {
  const all = Object.entries(byGeneration).flatMap(([name, own]) => own.map((range) => [name, ...range] as const));
  return [all.map(([name]) => name), all.map(([, first]) => first), all.map(([, , last]) => last)];
}

/** @param replaced the table was folded from other rows, for all that is known: it has to be folded anew */
export async function restoreApplications(
  db: Queryable,
  dataset: string,
  generation: string,
  version: number,
  loadIds: readonly number[],
  replaced: boolean,
): Promise<void> {
  await db.query(
    `INSERT INTO ledger.applications (dataset, generation, load_id, version, replaced) SELECT $1, $2, unnest($3::bigint[]), $4, $5`,
    [dataset, generation, loadIds, version, replaced],
  );
}
