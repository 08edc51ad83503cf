/** Rule 4: which updates are moves to another key, what their new rows are, and what cannot be told. */
import { dataColumns, type FoldRules } from '../rules.ts';
import type { Dialect } from './dialect.ts';
import { setsSql } from './events.ts';
import { COLUMN as C, HEADER, RELATION, q, sameKey, samePlace } from './names.ts';

/** B and U without a partner of the same key, in sequences that have both left over. */
export const leftoverSql = (rules: FoldRules): string => `SELECT * FROM (
  SELECT x.*,
    count(CASE WHEN x.${q(C.op)} = 'B' THEN 1 END) OVER (PARTITION BY x.${q(C.seq)}) AS "@befores",
    count(CASE WHEN x.${q(C.op)} = 'U' THEN 1 END) OVER (PARTITION BY x.${q(C.seq)}) AS "@afters"
  FROM ${q(RELATION.updates)} x
  WHERE NOT EXISTS (SELECT 1 FROM ${q(RELATION.updates)} y
    WHERE y.${q(C.seq)} = x.${q(C.seq)} AND y.${q(C.op)} <> x.${q(C.op)} AND ${sameKey(rules, 'x', 'y')})
) alone WHERE "@befores" > 0 AND "@afters" > 0`;

/** Name under which the i-th key column of the row that a move leaves is kept. */
export const oldKey = (place: number): string => `@old_${place}`;

export function movesSql(rules: FoldRules, dialect: Dialect): string {
  const oldKeys = rules.key.map((name, place) => `b.${q(name)} AS ${q(oldKey(place))}`);
  const newKeys = rules.key.map((name) => `u.${q(name)}`);
  const laidOver = dataColumns(rules).map((column) => {
    const name = q(column.name);
    return `CASE WHEN ${setsSql(rules, dialect.listContains, column, 'u')} THEN u.${name} ELSE b.${name} END AS ${name}`;
  });
  const header = [HEADER.seq, HEADER.timestamp, C.seq, C.file, C.line].map((name) => `u.${q(name)}`);
  return `SELECT ${[...oldKeys, ...newKeys, ...laidOver, ...header].join(',\n  ')},
  ${tellsWholeRow(rules)} AS "@complete"
FROM ${q(RELATION.leftover)} x JOIN ${q(RELATION.leftover)} y ON x.${q(C.seq)} = y.${q(C.seq)}
JOIN ${q(RELATION.events)} b ON ${samePlace('b', 'x')}
JOIN ${q(RELATION.events)} u ON ${samePlace('u', 'y')}
WHERE x.${q(C.op)} = 'B' AND y.${q(C.op)} = 'U' AND (
  (x."@befores" = 1 AND x."@afters" = 1)
  OR (x.${q(C.file)} = y.${q(C.file)} AND x.${q(C.line)} + 1 = y.${q(C.line)}))`;
}

const tellsWholeRow = (rules: FoldRules): string => {
  if (rules.beforeImage === 'full') return 'true';
  return rules.updateImage === 'full' ? `u.${q(HEADER.mask)} IS NULL` : 'false';
};

/** Rows `problem` (ambiguous | incomplete), `sequence`, for the sequences that hold the table. */
export const holdsSql = (): string => `SELECT DISTINCT 'ambiguous' AS problem, l.${q(C.seq)} AS sequence
FROM ${q(RELATION.leftover)} l
LEFT JOIN (SELECT ${q(C.seq)} AS seq, count(*) AS pairs FROM ${q(RELATION.moves)} GROUP BY 1) m ON m.seq = l.${q(C.seq)}
WHERE l."@befores" > coalesce(m.pairs, 0) AND l."@afters" > coalesce(m.pairs, 0)
UNION ALL
SELECT DISTINCT 'incomplete', ${q(C.seq)} FROM ${q(RELATION.moves)} WHERE NOT "@complete"
ORDER BY 1, 2`;
