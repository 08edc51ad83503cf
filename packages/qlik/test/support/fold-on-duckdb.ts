/** Runs a compiled fold of told events on DuckDB, over all history; no current table, no files. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier as q, quoteLiteral } from '@farelake/schema-registry';
import { compileFold, type ChangeEvent, type FoldRules, type Relation, type Value } from '../../src/index.ts';
import { shown } from './told-events.ts';

const literal = (value: Value): string => (value === null ? 'CAST(NULL AS VARCHAR)' : quoteLiteral(String(value)));

const historyRow = (rules: FoldRules, event: ChangeEvent): string =>
  `SELECT ${[
    `${literal(event.seq)} AS "header__change_seq"`,
    `${literal(event.oper)} AS "header__change_oper"`,
    `${literal(event.timestamp)} AS "header__timestamp"`,
    `CAST(${event.mask === null ? 'NULL' : `[${event.mask.join(', ')}]`} AS INTEGER[]) AS "header__change_mask"`,
    ...rules.columns.map(({ name }) => `${literal(event.values[name] ?? null)} AS ${q(name)}`),
    `${event.file} AS "_load_id"`,
    `${event.line} AS "_line"`,
  ].join(', ')}`;

export async function foldOnDuckDb(connection: DuckDBConnection, rules: FoldRules, events: readonly ChangeEvent[]) {
  const make = ({ name, kind, sql }: Relation) => connection.run(`CREATE OR REPLACE TEMP ${kind} ${q(name)} AS ${sql}`);
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects();
  const history = events.map((event) => historyRow(rules, event)).join('\nUNION ALL\n');
  await make({ name: '@history', kind: 'table', sql: history });
  const files = `SELECT DISTINCT "_load_id" AS load_id, CAST("_load_id" AS INTEGER) AS file, true AS fresh FROM "@history"`;
  await make({ name: '@files', kind: 'table', sql: files });
  const fold = compileFold(rules, 'whole', { truncates: events.some((event) => event.oper === 'T') });
  for (const relation of fold.changes) await make(relation);
  if (fold.holds !== undefined && (await rows(fold.holds)).length > 0) return 'held';
  const slice = fold.slice('true');
  for (const relation of slice.folded) await make(relation);
  const folded = await rows('SELECT * FROM "@folded" WHERE "@alive"');
  const [counters] = await rows(slice.counters);
  const [conflicts] = await rows(slice.conflicts);
  return {
    rows: folded
      .map((row) => {
        const cells = rules.columns.map(({ name }) => shown(row[name] as Value)).join(' ');
        return `${cells} @${row['header__change_seq'] === null ? '-' : Number(row['header__change_seq'])}`;
      })
      .sort(),
    orphans: Number(counters?.['orphans']),
    conflicts: Number(conflicts?.['conflicts']),
    movesOntoLive: Number(counters?.['moves_onto_live']),
  };
}
