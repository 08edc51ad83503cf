-- survey
SELECT
  min(coalesce("header__change_seq", '')) AS lowest, coalesce(max("header__change_seq"), '') AS highest,
  coalesce(max(CASE WHEN "header__change_oper" = 'T' THEN 1 ELSE 0 END), 0) AS truncates,
  coalesce(max(CASE WHEN "header__change_oper" = 'L' THEN 1 ELSE 0 END), 0) AS snapshots, count(*) AS events
FROM "@history" h;

-- ==== append ====

-- view @events
SELECT h."k1", h."a", h."k2", h."b", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
;

-- table @updates
SELECT "k2", "k1", "@seq", "@op", "@file", "@line" FROM (
  SELECT "k2", "k1", "@seq", "@op", "@file", "@line", row_number() OVER (
    PARTITION BY "@seq", "@op", "k2", "k1" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- table @leftover
SELECT * FROM (
  SELECT x.*,
    count(CASE WHEN x."@op" = 'B' THEN 1 END) OVER (PARTITION BY x."@seq") AS "@befores",
    count(CASE WHEN x."@op" = 'U' THEN 1 END) OVER (PARTITION BY x."@seq") AS "@afters"
  FROM "@updates" x
  WHERE NOT EXISTS (SELECT 1 FROM "@updates" y
    WHERE y."@seq" = x."@seq" AND y."@op" <> x."@op" AND x."k2" IS NOT DISTINCT FROM y."k2" AND x."k1" IS NOT DISTINCT FROM y."k1")
) alone WHERE "@befores" > 0 AND "@afters" > 0;

-- table @moves
SELECT b."k2" AS "@old_0",
  b."k1" AS "@old_1",
  u."k2",
  u."k1",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE array_contains(u."header__change_mask", 102) END THEN u."a" ELSE b."a" END AS "a",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE array_contains(u."header__change_mask", 105) END THEN u."b" ELSE b."b" END AS "b",
  u."header__change_seq",
  u."header__timestamp",
  u."@seq",
  u."@file",
  u."@line",
  u."header__change_mask" IS NULL AS "@complete"
FROM "@leftover" x JOIN "@leftover" y ON x."@seq" = y."@seq"
JOIN "@events" b ON b."@file" = x."@file" AND b."@line" = x."@line"
JOIN "@events" u ON u."@file" = y."@file" AND u."@line" = y."@line"
WHERE x."@op" = 'B' AND y."@op" = 'U' AND (
  (x."@befores" = 1 AND x."@afters" = 1)
  OR (x."@file" = y."@file" AND x."@line" + 1 = y."@line"));

-- view @changes
SELECT * FROM (
SELECT "k2", "k1", "@seq", "@rank", "@file", "@line", 0, "@op", false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT "k2", "k1", "@seq", 5, "@file", "@line", 0, "@op", false
FROM "@updates" u WHERE "@op" = 'U' AND NOT EXISTS (SELECT 1 FROM "@moves" m WHERE m."@file" = u."@file" AND m."@line" = u."@line")
UNION ALL
SELECT "@old_0", "@old_1", "@seq", 5, "@file", "@line", 1, CAST('D' AS STRING), false FROM "@moves"
UNION ALL
SELECT "k2", "k1", "@seq", 5, "@file", "@line", 2, 'I', true FROM "@moves"
) steps("k2", "k1", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move");

-- table @keys
SELECT DISTINCT "k2", "k1" FROM "@changes";

-- table @busy
SELECT "k2", "k1" FROM "@changes" WHERE true GROUP BY "k2", "k1"
HAVING count(*) > 1 OR max(CASE WHEN "@op" IN ('U', 'D') OR "@move" THEN 1 ELSE 0 END) = 1;

-- table @order
SELECT *, row_number() OVER (PARTITION BY "k2", "k1" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k2", "k1", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move" FROM "@changes" c WHERE true AND EXISTS (SELECT 1 FROM "@busy" k WHERE c."k2" IS NOT DISTINCT FROM k."k2" AND c."k1" IS NOT DISTINCT FROM k."k1")
) s;

-- table @copies
SELECT "@seq", "@op", "k2", "k1" FROM "@events" e
WHERE "@op" <> 'T' AND true AND ("@op" IN ('B', 'U') OR EXISTS (SELECT 1 FROM "@busy" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1"))
GROUP BY "@seq", "@op", "k2", "k1" HAVING count(*) > 1;

-- view @folded
SELECT "k2", "k1", "a", "b", "header__change_seq", "header__timestamp", true AS "@alive" FROM "@events" e
WHERE "@op" IN ('I', 'L') AND true AND NOT EXISTS (SELECT 1 FROM "@busy" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1")
UNION ALL
SELECT "k2", "k1",
  max_by(s."a", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE array_contains(s."header__change_mask", 102) END THEN s."@n" END) AS "a",
  max_by(s."b", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE array_contains(s."header__change_mask", 105) END THEN s."@n" END) AS "b",
  max_by(s."header__change_seq", s."@n") AS "header__change_seq", max_by(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(max_by(s."@op", CASE WHEN s."@op" <> 'U' THEN s."@n" END) <> 'D', false) AS "@alive"
FROM (
SELECT e."k1", e."a", e."k2", e."b", e."header__change_seq", e."header__timestamp", e."header__change_mask", o."@op", o."@n"
FROM (SELECT * FROM "@events" WHERE true) e JOIN "@order" o ON o."@file" = e."@file" AND o."@line" = e."@line" AND o."@half" = 0
UNION ALL
SELECT m."k1", m."a", m."k2", m."b", m."header__change_seq", m."header__timestamp", NULL, o."@op", o."@n"
FROM "@moves" m JOIN "@order" o ON o."@file" = m."@file" AND o."@line" = m."@line" AND o."@half" = 2
UNION ALL
SELECT o."k1", NULL, o."k2", NULL, NULL, NULL, NULL, o."@op", o."@n" FROM "@order" o
WHERE o."@half" IN (1, 3)
UNION ALL
SELECT c."k1", c."a", c."k2", c."b", c."header__change_seq", c."header__timestamp", NULL, 'C', 0
FROM "@current" c WHERE EXISTS (SELECT 1 FROM "@busy" k WHERE c."k2" IS NOT DISTINCT FROM k."k2" AND c."k1" IS NOT DISTINCT FROM k."k1")
) s
GROUP BY s."k2", s."k1";

-- holds
SELECT DISTINCT 'ambiguous' AS problem, l."@seq" AS sequence
FROM "@leftover" l
LEFT JOIN (SELECT "@seq" AS seq, count(*) AS pairs FROM "@moves" GROUP BY 1) m ON m.seq = l."@seq"
WHERE l."@befores" > coalesce(m.pairs, 0) AND l."@afters" > coalesce(m.pairs, 0)
UNION ALL
SELECT DISTINCT 'incomplete', "@seq" FROM "@moves" WHERE NOT "@complete"
ORDER BY 1, 2;

-- counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k2", "k1" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT "k2", "k1", "@n", "@op", "@move" FROM "@order"
  UNION ALL SELECT "k2", "k1", 0, 'C', false FROM "@current" c WHERE EXISTS (SELECT 1 FROM "@busy" k WHERE c."k2" IS NOT DISTINCT FROM k."k2" AND c."k1" IS NOT DISTINCT FROM k."k1")) o) x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM "@events" WHERE true) e JOIN "@copies" c
    ON e."@seq" = c."@seq" AND e."@op" = c."@op" AND e."k2" IS NOT DISTINCT FROM c."k2" AND e."k1" IS NOT DISTINCT FROM c."k1"
  GROUP BY e."@seq", e."@op", e."k2", e."k1"
  HAVING min(e."k1") IS DISTINCT FROM max(e."k1") OR count(e."k1") NOT IN (0, count(*))
    OR min(e."a") IS DISTINCT FROM max(e."a") OR count(e."a") NOT IN (0, count(*))
    OR min(e."k2") IS DISTINCT FROM max(e."k2") OR count(e."k2") NOT IN (0, count(*))
    OR min(e."b") IS DISTINCT FROM max(e."b") OR count(e."b") NOT IN (0, count(*))
    OR min(CAST(e."header__change_mask" AS STRING)) IS DISTINCT FROM max(CAST(e."header__change_mask" AS STRING)) OR count(CAST(e."header__change_mask" AS STRING)) NOT IN (0, count(*))
) differing;

-- ==== rebuild ====

-- view @events
SELECT h."k1", h."a", h."k2", h."b", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
;

-- table @updates
SELECT "k2", "k1", "@seq", "@op", "@file", "@line" FROM (
  SELECT "k2", "k1", "@seq", "@op", "@file", "@line", row_number() OVER (
    PARTITION BY "@seq", "@op", "k2", "k1" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- table @leftover
SELECT * FROM (
  SELECT x.*,
    count(CASE WHEN x."@op" = 'B' THEN 1 END) OVER (PARTITION BY x."@seq") AS "@befores",
    count(CASE WHEN x."@op" = 'U' THEN 1 END) OVER (PARTITION BY x."@seq") AS "@afters"
  FROM "@updates" x
  WHERE NOT EXISTS (SELECT 1 FROM "@updates" y
    WHERE y."@seq" = x."@seq" AND y."@op" <> x."@op" AND x."k2" IS NOT DISTINCT FROM y."k2" AND x."k1" IS NOT DISTINCT FROM y."k1")
) alone WHERE "@befores" > 0 AND "@afters" > 0;

-- table @moves
SELECT b."k2" AS "@old_0",
  b."k1" AS "@old_1",
  u."k2",
  u."k1",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE array_contains(u."header__change_mask", 102) END THEN u."a" ELSE b."a" END AS "a",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE array_contains(u."header__change_mask", 105) END THEN u."b" ELSE b."b" END AS "b",
  u."header__change_seq",
  u."header__timestamp",
  u."@seq",
  u."@file",
  u."@line",
  u."header__change_mask" IS NULL AS "@complete"
FROM "@leftover" x JOIN "@leftover" y ON x."@seq" = y."@seq"
JOIN "@events" b ON b."@file" = x."@file" AND b."@line" = x."@line"
JOIN "@events" u ON u."@file" = y."@file" AND u."@line" = y."@line"
WHERE x."@op" = 'B' AND y."@op" = 'U' AND (
  (x."@befores" = 1 AND x."@afters" = 1)
  OR (x."@file" = y."@file" AND x."@line" + 1 = y."@line"));

-- view @changes
SELECT * FROM (
SELECT "k2", "k1", "@seq", "@rank", "@file", "@line", 0, "@op", false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT "k2", "k1", "@seq", 5, "@file", "@line", 0, "@op", false
FROM "@updates" u WHERE "@op" = 'U' AND NOT EXISTS (SELECT 1 FROM "@moves" m WHERE m."@file" = u."@file" AND m."@line" = u."@line")
UNION ALL
SELECT "@old_0", "@old_1", "@seq", 5, "@file", "@line", 1, CAST('D' AS STRING), false FROM "@moves"
UNION ALL
SELECT "k2", "k1", "@seq", 5, "@file", "@line", 2, 'I', true FROM "@moves"
) steps("k2", "k1", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move")
WHERE EXISTS (SELECT 1 FROM "@keys" k WHERE steps."k2" IS NOT DISTINCT FROM k."k2" AND steps."k1" IS NOT DISTINCT FROM k."k1");

-- table @busy
SELECT "k2", "k1" FROM "@changes" WHERE true GROUP BY "k2", "k1"
HAVING count(*) > 1 OR max(CASE WHEN "@op" IN ('U', 'D') OR "@move" THEN 1 ELSE 0 END) = 1;

-- table @order
SELECT *, row_number() OVER (PARTITION BY "k2", "k1" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k2", "k1", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move" FROM "@changes" c WHERE true AND EXISTS (SELECT 1 FROM "@busy" k WHERE c."k2" IS NOT DISTINCT FROM k."k2" AND c."k1" IS NOT DISTINCT FROM k."k1")
) s;

-- table @copies
SELECT "@seq", "@op", "k2", "k1" FROM "@events" e
WHERE "@op" <> 'T' AND true AND ("@op" IN ('B', 'U') AND EXISTS (SELECT 1 FROM "@keys" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1") OR EXISTS (SELECT 1 FROM "@busy" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1"))
GROUP BY "@seq", "@op", "k2", "k1" HAVING count(*) > 1;

-- view @folded
SELECT "k2", "k1", "a", "b", "header__change_seq", "header__timestamp", true AS "@alive" FROM "@events" e
WHERE "@op" IN ('I', 'L') AND true AND NOT EXISTS (SELECT 1 FROM "@busy" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1")
UNION ALL
SELECT "k2", "k1",
  max_by(s."a", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE array_contains(s."header__change_mask", 102) END THEN s."@n" END) AS "a",
  max_by(s."b", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE array_contains(s."header__change_mask", 105) END THEN s."@n" END) AS "b",
  max_by(s."header__change_seq", s."@n") AS "header__change_seq", max_by(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(max_by(s."@op", CASE WHEN s."@op" <> 'U' THEN s."@n" END) <> 'D', false) AS "@alive"
FROM (
SELECT e."k1", e."a", e."k2", e."b", e."header__change_seq", e."header__timestamp", e."header__change_mask", o."@op", o."@n"
FROM (SELECT * FROM "@events" WHERE true) e JOIN "@order" o ON o."@file" = e."@file" AND o."@line" = e."@line" AND o."@half" = 0
UNION ALL
SELECT m."k1", m."a", m."k2", m."b", m."header__change_seq", m."header__timestamp", NULL, o."@op", o."@n"
FROM "@moves" m JOIN "@order" o ON o."@file" = m."@file" AND o."@line" = m."@line" AND o."@half" = 2
UNION ALL
SELECT o."k1", NULL, o."k2", NULL, NULL, NULL, NULL, o."@op", o."@n" FROM "@order" o
WHERE o."@half" IN (1, 3)
) s
GROUP BY s."k2", s."k1";

-- holds
SELECT DISTINCT 'ambiguous' AS problem, l."@seq" AS sequence
FROM "@leftover" l
LEFT JOIN (SELECT "@seq" AS seq, count(*) AS pairs FROM "@moves" GROUP BY 1) m ON m.seq = l."@seq"
WHERE l."@befores" > coalesce(m.pairs, 0) AND l."@afters" > coalesce(m.pairs, 0)
UNION ALL
SELECT DISTINCT 'incomplete', "@seq" FROM "@moves" WHERE NOT "@complete"
ORDER BY 1, 2;

-- counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k2", "k1" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT "k2", "k1", "@n", "@op", "@move" FROM "@order") o) x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM "@events" WHERE true) e JOIN "@copies" c
    ON e."@seq" = c."@seq" AND e."@op" = c."@op" AND e."k2" IS NOT DISTINCT FROM c."k2" AND e."k1" IS NOT DISTINCT FROM c."k1"
  GROUP BY e."@seq", e."@op", e."k2", e."k1"
  HAVING min(e."k1") IS DISTINCT FROM max(e."k1") OR count(e."k1") NOT IN (0, count(*))
    OR min(e."a") IS DISTINCT FROM max(e."a") OR count(e."a") NOT IN (0, count(*))
    OR min(e."k2") IS DISTINCT FROM max(e."k2") OR count(e."k2") NOT IN (0, count(*))
    OR min(e."b") IS DISTINCT FROM max(e."b") OR count(e."b") NOT IN (0, count(*))
    OR min(CAST(e."header__change_mask" AS STRING)) IS DISTINCT FROM max(CAST(e."header__change_mask" AS STRING)) OR count(CAST(e."header__change_mask" AS STRING)) NOT IN (0, count(*))
) differing;

-- ==== whole, with truncations ====

-- view @events
SELECT h."k1", h."a", h."k2", h."b", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
;

-- table @updates
SELECT "k2", "k1", "@seq", "@op", "@file", "@line" FROM (
  SELECT "k2", "k1", "@seq", "@op", "@file", "@line", row_number() OVER (
    PARTITION BY "@seq", "@op", "k2", "k1" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- table @leftover
SELECT * FROM (
  SELECT x.*,
    count(CASE WHEN x."@op" = 'B' THEN 1 END) OVER (PARTITION BY x."@seq") AS "@befores",
    count(CASE WHEN x."@op" = 'U' THEN 1 END) OVER (PARTITION BY x."@seq") AS "@afters"
  FROM "@updates" x
  WHERE NOT EXISTS (SELECT 1 FROM "@updates" y
    WHERE y."@seq" = x."@seq" AND y."@op" <> x."@op" AND x."k2" IS NOT DISTINCT FROM y."k2" AND x."k1" IS NOT DISTINCT FROM y."k1")
) alone WHERE "@befores" > 0 AND "@afters" > 0;

-- table @moves
SELECT b."k2" AS "@old_0",
  b."k1" AS "@old_1",
  u."k2",
  u."k1",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE array_contains(u."header__change_mask", 102) END THEN u."a" ELSE b."a" END AS "a",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE array_contains(u."header__change_mask", 105) END THEN u."b" ELSE b."b" END AS "b",
  u."header__change_seq",
  u."header__timestamp",
  u."@seq",
  u."@file",
  u."@line",
  u."header__change_mask" IS NULL AS "@complete"
FROM "@leftover" x JOIN "@leftover" y ON x."@seq" = y."@seq"
JOIN "@events" b ON b."@file" = x."@file" AND b."@line" = x."@line"
JOIN "@events" u ON u."@file" = y."@file" AND u."@line" = y."@line"
WHERE x."@op" = 'B' AND y."@op" = 'U' AND (
  (x."@befores" = 1 AND x."@afters" = 1)
  OR (x."@file" = y."@file" AND x."@line" + 1 = y."@line"));

-- view @changes
SELECT * FROM (
SELECT "k2", "k1", "@seq", "@rank", "@file", "@line", 0, "@op", false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT "k2", "k1", "@seq", 5, "@file", "@line", 0, "@op", false
FROM "@updates" u WHERE "@op" = 'U' AND NOT EXISTS (SELECT 1 FROM "@moves" m WHERE m."@file" = u."@file" AND m."@line" = u."@line")
UNION ALL
SELECT "@old_0", "@old_1", "@seq", 5, "@file", "@line", 1, CAST('D' AS STRING), false FROM "@moves"
UNION ALL
SELECT "k2", "k1", "@seq", 5, "@file", "@line", 2, 'I', true FROM "@moves"
) steps("k2", "k1", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move");

-- table @busy
SELECT "k2", "k1" FROM "@changes" WHERE true GROUP BY "k2", "k1"
;

-- table @order
SELECT *, row_number() OVER (PARTITION BY "k2", "k1" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k2", "k1", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move" FROM "@changes" c WHERE true AND EXISTS (SELECT 1 FROM "@busy" k WHERE c."k2" IS NOT DISTINCT FROM k."k2" AND c."k1" IS NOT DISTINCT FROM k."k1")
UNION ALL
SELECT k."k2", k."k1", t."@seq", 0, 0, 0, 3, 'D', false FROM "@busy" k
CROSS JOIN (SELECT DISTINCT "@seq" FROM "@events" WHERE "@op" = 'T') t
) s;

-- table @copies
SELECT "@seq", "@op", "k2", "k1" FROM "@events" e
WHERE "@op" <> 'T' AND true AND ("@op" IN ('B', 'U') OR EXISTS (SELECT 1 FROM "@busy" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1"))
GROUP BY "@seq", "@op", "k2", "k1" HAVING count(*) > 1;

-- view @folded
SELECT "k2", "k1",
  max_by(s."a", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE array_contains(s."header__change_mask", 102) END THEN s."@n" END) AS "a",
  max_by(s."b", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE array_contains(s."header__change_mask", 105) END THEN s."@n" END) AS "b",
  max_by(s."header__change_seq", s."@n") AS "header__change_seq", max_by(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(max_by(s."@op", CASE WHEN s."@op" <> 'U' THEN s."@n" END) <> 'D', false) AS "@alive"
FROM (
SELECT e."k1", e."a", e."k2", e."b", e."header__change_seq", e."header__timestamp", e."header__change_mask", o."@op", o."@n"
FROM (SELECT * FROM "@events" WHERE true) e JOIN "@order" o ON o."@file" = e."@file" AND o."@line" = e."@line" AND o."@half" = 0
UNION ALL
SELECT m."k1", m."a", m."k2", m."b", m."header__change_seq", m."header__timestamp", NULL, o."@op", o."@n"
FROM "@moves" m JOIN "@order" o ON o."@file" = m."@file" AND o."@line" = m."@line" AND o."@half" = 2
UNION ALL
SELECT o."k1", NULL, o."k2", NULL, NULL, NULL, NULL, o."@op", o."@n" FROM "@order" o
WHERE o."@half" IN (1, 3)
) s
GROUP BY s."k2", s."k1";

-- holds
SELECT DISTINCT 'ambiguous' AS problem, l."@seq" AS sequence
FROM "@leftover" l
LEFT JOIN (SELECT "@seq" AS seq, count(*) AS pairs FROM "@moves" GROUP BY 1) m ON m.seq = l."@seq"
WHERE l."@befores" > coalesce(m.pairs, 0) AND l."@afters" > coalesce(m.pairs, 0)
UNION ALL
SELECT DISTINCT 'incomplete', "@seq" FROM "@moves" WHERE NOT "@complete"
ORDER BY 1, 2;

-- counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k2", "k1" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT "k2", "k1", "@n", "@op", "@move" FROM "@order") o) x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM "@events" WHERE true) e JOIN "@copies" c
    ON e."@seq" = c."@seq" AND e."@op" = c."@op" AND e."k2" IS NOT DISTINCT FROM c."k2" AND e."k1" IS NOT DISTINCT FROM c."k1"
  GROUP BY e."@seq", e."@op", e."k2", e."k1"
  HAVING min(e."k1") IS DISTINCT FROM max(e."k1") OR count(e."k1") NOT IN (0, count(*))
    OR min(e."a") IS DISTINCT FROM max(e."a") OR count(e."a") NOT IN (0, count(*))
    OR min(e."k2") IS DISTINCT FROM max(e."k2") OR count(e."k2") NOT IN (0, count(*))
    OR min(e."b") IS DISTINCT FROM max(e."b") OR count(e."b") NOT IN (0, count(*))
    OR min(CAST(e."header__change_mask" AS STRING)) IS DISTINCT FROM max(CAST(e."header__change_mask" AS STRING)) OR count(CAST(e."header__change_mask" AS STRING)) NOT IN (0, count(*))
) differing;

-- ==== what rebuild and truncate need of history ====

-- keys of new events
SELECT DISTINCT h."k2", h."k1" FROM "@fresh" h JOIN "@files" f ON h."_load_id" = f.load_id AND f.fresh WHERE h."header__change_oper" NOT IN ('T');

-- lowest new truncation
SELECT min(h."header__change_seq") AS lowest FROM "@fresh" h JOIN "@files" f ON h."_load_id" = f.load_id AND f.fresh WHERE h."header__change_oper" = 'T';

-- keys from it on
SELECT DISTINCT h."k2", h."k1" FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
WHERE h."header__change_seq" >= '11111111111111111111111111111111111' AND h."header__change_oper" NOT IN ('T');

-- all keys
SELECT "k2", "k1" FROM "@new_keys"
UNION
SELECT "k2", "k1" FROM "@later_keys";

-- their events
SELECT h.* FROM "@history" h SEMI JOIN (SELECT * FROM "@keys" WHERE NOT ("k2" IS NULL OR "k1" IS NULL)) k ON h."k2" = k."k2" AND h."k1" = k."k1" WHERE h."header__change_oper" <> 'T'
UNION ALL
SELECT h.* FROM (SELECT * FROM "@history" x WHERE "k2" IS NULL OR "k1" IS NULL) h
SEMI JOIN (SELECT * FROM "@keys" WHERE "k2" IS NULL OR "k1" IS NULL) k ON h."k2" IS NOT DISTINCT FROM k."k2" AND h."k1" IS NOT DISTINCT FROM k."k1" WHERE h."header__change_oper" <> 'T';

-- truncations
SELECT * FROM "@history" h WHERE "header__change_oper" = 'T';

-- new sequences
SELECT DISTINCT h."header__change_seq" FROM "@fresh" h JOIN "@files" f ON h."_load_id" = f.load_id AND f.fresh WHERE h."header__change_oper" IN ('B', 'U');

-- keys that share them
SELECT DISTINCT "k2", "k1" FROM (SELECT h."k2", h."k1" FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id SEMI JOIN "@sequences" s ON h."header__change_seq" = s."header__change_seq"
WHERE h."header__change_oper" IN ('B', 'U')) p;

-- their sequences
SELECT DISTINCT "header__change_seq" FROM "@touched" WHERE "header__change_oper" IN ('B', 'U');

-- partners by sequence
SELECT p.* FROM (SELECT h.* FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id SEMI JOIN "@sequences" s ON h."header__change_seq" = s."header__change_seq"
WHERE h."header__change_oper" IN ('B', 'U')) p ANTI JOIN "@keys" k ON p."k2" IS NOT DISTINCT FROM k."k2" AND p."k1" IS NOT DISTINCT FROM k."k1";

-- ==== a rebuild as a plan ====

-- table @files
SELECT CAST(load_id AS BIGINT) AS load_id, CAST(file AS INT) AS file, fresh
FROM (VALUES (1, 1, true)) f(load_id, file, fresh);

-- receipt fresh
SELECT
  min(coalesce("header__change_seq", '')) AS lowest, coalesce(max("header__change_seq"), '') AS highest,
  coalesce(max(CASE WHEN "header__change_oper" = 'T' THEN 1 ELSE 0 END), 0) AS truncates,
  coalesce(max(CASE WHEN "header__change_oper" = 'L' THEN 1 ELSE 0 END), 0) AS snapshots, count(*) AS events
FROM (SELECT h.* FROM "@history_files" h WHERE h."_load_id" IN (SELECT load_id FROM "@files" WHERE fresh)) h;

-- table @new_keys
SELECT DISTINCT h."k2", h."k1" FROM "@history_files" h JOIN "@files" f ON h."_load_id" = f.load_id AND f.fresh WHERE h."header__change_oper" NOT IN ('T');

-- table @sequences
SELECT DISTINCT h."header__change_seq" FROM "@history_files" h JOIN "@files" f ON h."_load_id" = f.load_id AND f.fresh WHERE h."header__change_oper" IN ('B', 'U');

-- table @partner_keys
SELECT DISTINCT "k2", "k1" FROM (SELECT h."k2", h."k1" FROM "@history_files" h JOIN "@files" f ON h."_load_id" = f.load_id SEMI JOIN "@sequences" s ON h."header__change_seq" = s."header__change_seq"
WHERE h."header__change_oper" IN ('B', 'U')) p;

-- table @keys
SELECT "k2", "k1" FROM "@new_keys"
UNION
SELECT "k2", "k1" FROM "@partner_keys";

-- table @touched
SELECT h.* FROM "@history_files" h SEMI JOIN (SELECT * FROM "@keys" WHERE NOT ("k2" IS NULL OR "k1" IS NULL)) k ON h."k2" = k."k2" AND h."k1" = k."k1" WHERE h."header__change_oper" <> 'T'
UNION ALL
SELECT h.* FROM (SELECT * FROM "@history_files" x WHERE "k2" IS NULL OR "k1" IS NULL) h
SEMI JOIN (SELECT * FROM "@keys" WHERE "k2" IS NULL OR "k1" IS NULL) k ON h."k2" IS NOT DISTINCT FROM k."k2" AND h."k1" IS NOT DISTINCT FROM k."k1" WHERE h."header__change_oper" <> 'T';

-- table @truncations
SELECT * FROM "@history_files" h WHERE "header__change_oper" = 'T';

-- table @sequences
SELECT DISTINCT "header__change_seq" FROM "@touched" WHERE "header__change_oper" IN ('B', 'U');

-- table @partners
SELECT p.* FROM (SELECT h.* FROM "@history_files" h JOIN "@files" f ON h."_load_id" = f.load_id SEMI JOIN "@sequences" s ON h."header__change_seq" = s."header__change_seq"
WHERE h."header__change_oper" IN ('B', 'U')) p ANTI JOIN "@keys" k ON p."k2" IS NOT DISTINCT FROM k."k2" AND p."k1" IS NOT DISTINCT FROM k."k1";

-- view @history
SELECT * FROM "@touched"
UNION ALL
SELECT * FROM "@truncations"
UNION ALL
SELECT * FROM "@partners";

-- receipt all
SELECT
  min(coalesce("header__change_seq", '')) AS lowest, coalesce(max("header__change_seq"), '') AS highest,
  coalesce(max(CASE WHEN "header__change_oper" = 'T' THEN 1 ELSE 0 END), 0) AS truncates,
  coalesce(max(CASE WHEN "header__change_oper" = 'L' THEN 1 ELSE 0 END), 0) AS snapshots, count(*) AS events
FROM (SELECT h.* FROM "@history" h WHERE h."_load_id" IN (SELECT load_id FROM "@files")) h;

-- view @events
SELECT h."k1", h."a", h."k2", h."b", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
;

-- table @updates
SELECT "k2", "k1", "@seq", "@op", "@file", "@line" FROM (
  SELECT "k2", "k1", "@seq", "@op", "@file", "@line", row_number() OVER (
    PARTITION BY "@seq", "@op", "k2", "k1" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- table @leftover
SELECT * FROM (
  SELECT x.*,
    count(CASE WHEN x."@op" = 'B' THEN 1 END) OVER (PARTITION BY x."@seq") AS "@befores",
    count(CASE WHEN x."@op" = 'U' THEN 1 END) OVER (PARTITION BY x."@seq") AS "@afters"
  FROM "@updates" x
  WHERE NOT EXISTS (SELECT 1 FROM "@updates" y
    WHERE y."@seq" = x."@seq" AND y."@op" <> x."@op" AND x."k2" IS NOT DISTINCT FROM y."k2" AND x."k1" IS NOT DISTINCT FROM y."k1")
) alone WHERE "@befores" > 0 AND "@afters" > 0;

-- table @moves
SELECT b."k2" AS "@old_0",
  b."k1" AS "@old_1",
  u."k2",
  u."k1",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE array_contains(u."header__change_mask", 102) END THEN u."a" ELSE b."a" END AS "a",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE array_contains(u."header__change_mask", 105) END THEN u."b" ELSE b."b" END AS "b",
  u."header__change_seq",
  u."header__timestamp",
  u."@seq",
  u."@file",
  u."@line",
  u."header__change_mask" IS NULL AS "@complete"
FROM "@leftover" x JOIN "@leftover" y ON x."@seq" = y."@seq"
JOIN "@events" b ON b."@file" = x."@file" AND b."@line" = x."@line"
JOIN "@events" u ON u."@file" = y."@file" AND u."@line" = y."@line"
WHERE x."@op" = 'B' AND y."@op" = 'U' AND (
  (x."@befores" = 1 AND x."@afters" = 1)
  OR (x."@file" = y."@file" AND x."@line" + 1 = y."@line"));

-- view @changes
SELECT * FROM (
SELECT "k2", "k1", "@seq", "@rank", "@file", "@line", 0, "@op", false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT "k2", "k1", "@seq", 5, "@file", "@line", 0, "@op", false
FROM "@updates" u WHERE "@op" = 'U' AND NOT EXISTS (SELECT 1 FROM "@moves" m WHERE m."@file" = u."@file" AND m."@line" = u."@line")
UNION ALL
SELECT "@old_0", "@old_1", "@seq", 5, "@file", "@line", 1, CAST('D' AS STRING), false FROM "@moves"
UNION ALL
SELECT "k2", "k1", "@seq", 5, "@file", "@line", 2, 'I', true FROM "@moves"
) steps("k2", "k1", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move")
WHERE EXISTS (SELECT 1 FROM "@keys" k WHERE steps."k2" IS NOT DISTINCT FROM k."k2" AND steps."k1" IS NOT DISTINCT FROM k."k1");

-- check holds
SELECT DISTINCT 'ambiguous' AS problem, l."@seq" AS sequence
FROM "@leftover" l
LEFT JOIN (SELECT "@seq" AS seq, count(*) AS pairs FROM "@moves" GROUP BY 1) m ON m.seq = l."@seq"
WHERE l."@befores" > coalesce(m.pairs, 0) AND l."@afters" > coalesce(m.pairs, 0)
UNION ALL
SELECT DISTINCT 'incomplete', "@seq" FROM "@moves" WHERE NOT "@complete"
ORDER BY 1, 2;

-- table @placed
SELECT "k2", "k1", CAST("@segment" AS INT) AS "@segment" FROM (
  SELECT "k2", "k1", "@bound", greatest(sum("@bound") OVER (ORDER BY "k2" ASC NULLS FIRST, "k1" ASC NULLS FIRST, "@bound" DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 1) - 1 AS "@segment"
  FROM (SELECT "k2", "k1", 0 AS "@bound" FROM "@keys" k
    UNION ALL SELECT "k2", "k1", 1 FROM (VALUES (CAST(NULL AS STRING), CAST(NULL AS STRING)), (CAST('b' AS STRING), CAST('b' AS STRING)), (CAST('it\'s \\' AS STRING), CAST('it\'s \\' AS STRING))) b("k2", "k1")) both_kinds
) placed WHERE "@bound" = 0;

-- table @runs
SELECT place, CAST(place - row_number() OVER (ORDER BY place) + 1 AS INT) AS run
FROM (SELECT DISTINCT "@segment" AS place FROM "@placed") p;

-- select @segments
SELECT place FROM "@runs";

-- table @busy
SELECT "k2", "k1" FROM "@changes" WHERE true GROUP BY "k2", "k1"
HAVING count(*) > 1 OR max(CASE WHEN "@op" IN ('U', 'D') OR "@move" THEN 1 ELSE 0 END) = 1;

-- table @order
SELECT *, row_number() OVER (PARTITION BY "k2", "k1" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k2", "k1", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move" FROM "@changes" c WHERE true AND EXISTS (SELECT 1 FROM "@busy" k WHERE c."k2" IS NOT DISTINCT FROM k."k2" AND c."k1" IS NOT DISTINCT FROM k."k1")
) s;

-- table @copies
SELECT "@seq", "@op", "k2", "k1" FROM "@events" e
WHERE "@op" <> 'T' AND true AND ("@op" IN ('B', 'U') AND EXISTS (SELECT 1 FROM "@keys" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1") OR EXISTS (SELECT 1 FROM "@busy" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1"))
GROUP BY "@seq", "@op", "k2", "k1" HAVING count(*) > 1;

-- view @folded
SELECT "k2", "k1", "a", "b", "header__change_seq", "header__timestamp", true AS "@alive" FROM "@events" e
WHERE "@op" IN ('I', 'L') AND true AND NOT EXISTS (SELECT 1 FROM "@busy" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1")
UNION ALL
SELECT "k2", "k1",
  max_by(s."a", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE array_contains(s."header__change_mask", 102) END THEN s."@n" END) AS "a",
  max_by(s."b", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE array_contains(s."header__change_mask", 105) END THEN s."@n" END) AS "b",
  max_by(s."header__change_seq", s."@n") AS "header__change_seq", max_by(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(max_by(s."@op", CASE WHEN s."@op" <> 'U' THEN s."@n" END) <> 'D', false) AS "@alive"
FROM (
SELECT e."k1", e."a", e."k2", e."b", e."header__change_seq", e."header__timestamp", e."header__change_mask", o."@op", o."@n"
FROM (SELECT * FROM "@events" WHERE true) e JOIN "@order" o ON o."@file" = e."@file" AND o."@line" = e."@line" AND o."@half" = 0
UNION ALL
SELECT m."k1", m."a", m."k2", m."b", m."header__change_seq", m."header__timestamp", NULL, o."@op", o."@n"
FROM "@moves" m JOIN "@order" o ON o."@file" = m."@file" AND o."@line" = m."@line" AND o."@half" = 2
UNION ALL
SELECT o."k1", NULL, o."k2", NULL, NULL, NULL, NULL, o."@op", o."@n" FROM "@order" o
WHERE o."@half" IN (1, 3)
) s
GROUP BY s."k2", s."k1";

-- receipt counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k2", "k1" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT "k2", "k1", "@n", "@op", "@move" FROM "@order") o) x;

-- receipt conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM "@events" WHERE true) e JOIN "@copies" c
    ON e."@seq" = c."@seq" AND e."@op" = c."@op" AND e."k2" IS NOT DISTINCT FROM c."k2" AND e."k1" IS NOT DISTINCT FROM c."k1"
  GROUP BY e."@seq", e."@op", e."k2", e."k1"
  HAVING min(e."k1") IS DISTINCT FROM max(e."k1") OR count(e."k1") NOT IN (0, count(*))
    OR min(e."a") IS DISTINCT FROM max(e."a") OR count(e."a") NOT IN (0, count(*))
    OR min(e."k2") IS DISTINCT FROM max(e."k2") OR count(e."k2") NOT IN (0, count(*))
    OR min(e."b") IS DISTINCT FROM max(e."b") OR count(e."b") NOT IN (0, count(*))
    OR min(CAST(e."header__change_mask" AS STRING)) IS DISTINCT FROM max(CAST(e."header__change_mask" AS STRING)) OR count(CAST(e."header__change_mask" AS STRING)) NOT IN (0, count(*))
) differing;

-- view @rows
SELECT s."k1", s."a", s."k2", s."b", r.run AS "@run" FROM "@segments" s
JOIN "@runs" r ON s."@place" = r.place WHERE NOT EXISTS (SELECT 1 FROM "@keys" k WHERE s."k2" IS NOT DISTINCT FROM k."k2" AND s."k1" IS NOT DISTINCT FROM k."k1")
UNION ALL
SELECT f."k1", f."a", f."k2", f."b", r.run AS "@run" FROM "@folded" f
JOIN "@placed" p ON f."k2" IS NOT DISTINCT FROM p."k2" AND f."k1" IS NOT DISTINCT FROM p."k1" JOIN "@runs" r ON p."@segment" = r.place WHERE f."@alive";

-- write base


-- view @events
SELECT h."k1", h."a", h."k2", h."b", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id AND NOT f.fresh
;

-- table @updates
SELECT "k2", "k1", "@seq", "@op", "@file", "@line" FROM (
  SELECT "k2", "k1", "@seq", "@op", "@file", "@line", row_number() OVER (
    PARTITION BY "@seq", "@op", "k2", "k1" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- table @leftover
SELECT * FROM (
  SELECT x.*,
    count(CASE WHEN x."@op" = 'B' THEN 1 END) OVER (PARTITION BY x."@seq") AS "@befores",
    count(CASE WHEN x."@op" = 'U' THEN 1 END) OVER (PARTITION BY x."@seq") AS "@afters"
  FROM "@updates" x
  WHERE NOT EXISTS (SELECT 1 FROM "@updates" y
    WHERE y."@seq" = x."@seq" AND y."@op" <> x."@op" AND x."k2" IS NOT DISTINCT FROM y."k2" AND x."k1" IS NOT DISTINCT FROM y."k1")
) alone WHERE "@befores" > 0 AND "@afters" > 0;

-- table @moves
SELECT b."k2" AS "@old_0",
  b."k1" AS "@old_1",
  u."k2",
  u."k1",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE array_contains(u."header__change_mask", 102) END THEN u."a" ELSE b."a" END AS "a",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE array_contains(u."header__change_mask", 105) END THEN u."b" ELSE b."b" END AS "b",
  u."header__change_seq",
  u."header__timestamp",
  u."@seq",
  u."@file",
  u."@line",
  u."header__change_mask" IS NULL AS "@complete"
FROM "@leftover" x JOIN "@leftover" y ON x."@seq" = y."@seq"
JOIN "@events" b ON b."@file" = x."@file" AND b."@line" = x."@line"
JOIN "@events" u ON u."@file" = y."@file" AND u."@line" = y."@line"
WHERE x."@op" = 'B' AND y."@op" = 'U' AND (
  (x."@befores" = 1 AND x."@afters" = 1)
  OR (x."@file" = y."@file" AND x."@line" + 1 = y."@line"));

-- view @changes
SELECT * FROM (
SELECT "k2", "k1", "@seq", "@rank", "@file", "@line", 0, "@op", false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT "k2", "k1", "@seq", 5, "@file", "@line", 0, "@op", false
FROM "@updates" u WHERE "@op" = 'U' AND NOT EXISTS (SELECT 1 FROM "@moves" m WHERE m."@file" = u."@file" AND m."@line" = u."@line")
UNION ALL
SELECT "@old_0", "@old_1", "@seq", 5, "@file", "@line", 1, CAST('D' AS STRING), false FROM "@moves"
UNION ALL
SELECT "k2", "k1", "@seq", 5, "@file", "@line", 2, 'I', true FROM "@moves"
) steps("k2", "k1", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move")
WHERE EXISTS (SELECT 1 FROM "@keys" k WHERE steps."k2" IS NOT DISTINCT FROM k."k2" AND steps."k1" IS NOT DISTINCT FROM k."k1");

-- table @busy
SELECT "k2", "k1" FROM "@changes" WHERE true GROUP BY "k2", "k1"
HAVING count(*) > 1 OR max(CASE WHEN "@op" IN ('U', 'D') OR "@move" THEN 1 ELSE 0 END) = 1;

-- table @order
SELECT *, row_number() OVER (PARTITION BY "k2", "k1" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k2", "k1", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move" FROM "@changes" c WHERE true AND EXISTS (SELECT 1 FROM "@busy" k WHERE c."k2" IS NOT DISTINCT FROM k."k2" AND c."k1" IS NOT DISTINCT FROM k."k1")
) s;

-- table @copies
SELECT "@seq", "@op", "k2", "k1" FROM "@events" e
WHERE "@op" <> 'T' AND true AND ("@op" IN ('B', 'U') AND EXISTS (SELECT 1 FROM "@keys" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1") OR EXISTS (SELECT 1 FROM "@busy" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1"))
GROUP BY "@seq", "@op", "k2", "k1" HAVING count(*) > 1;

-- view @folded
SELECT "k2", "k1", "a", "b", "header__change_seq", "header__timestamp", true AS "@alive" FROM "@events" e
WHERE "@op" IN ('I', 'L') AND true AND NOT EXISTS (SELECT 1 FROM "@busy" k WHERE e."k2" IS NOT DISTINCT FROM k."k2" AND e."k1" IS NOT DISTINCT FROM k."k1")
UNION ALL
SELECT "k2", "k1",
  max_by(s."a", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE array_contains(s."header__change_mask", 102) END THEN s."@n" END) AS "a",
  max_by(s."b", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE array_contains(s."header__change_mask", 105) END THEN s."@n" END) AS "b",
  max_by(s."header__change_seq", s."@n") AS "header__change_seq", max_by(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(max_by(s."@op", CASE WHEN s."@op" <> 'U' THEN s."@n" END) <> 'D', false) AS "@alive"
FROM (
SELECT e."k1", e."a", e."k2", e."b", e."header__change_seq", e."header__timestamp", e."header__change_mask", o."@op", o."@n"
FROM (SELECT * FROM "@events" WHERE true) e JOIN "@order" o ON o."@file" = e."@file" AND o."@line" = e."@line" AND o."@half" = 0
UNION ALL
SELECT m."k1", m."a", m."k2", m."b", m."header__change_seq", m."header__timestamp", NULL, o."@op", o."@n"
FROM "@moves" m JOIN "@order" o ON o."@file" = m."@file" AND o."@line" = m."@line" AND o."@half" = 2
UNION ALL
SELECT o."k1", NULL, o."k2", NULL, NULL, NULL, NULL, o."@op", o."@n" FROM "@order" o
WHERE o."@half" IN (1, 3)
) s
GROUP BY s."k2", s."k1";

-- receipt counters_before
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k2", "k1" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT "k2", "k1", "@n", "@op", "@move" FROM "@order") o) x;

-- receipt conflicts_before
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM "@events" WHERE true) e JOIN "@copies" c
    ON e."@seq" = c."@seq" AND e."@op" = c."@op" AND e."k2" IS NOT DISTINCT FROM c."k2" AND e."k1" IS NOT DISTINCT FROM c."k1"
  GROUP BY e."@seq", e."@op", e."k2", e."k1"
  HAVING min(e."k1") IS DISTINCT FROM max(e."k1") OR count(e."k1") NOT IN (0, count(*))
    OR min(e."a") IS DISTINCT FROM max(e."a") OR count(e."a") NOT IN (0, count(*))
    OR min(e."k2") IS DISTINCT FROM max(e."k2") OR count(e."k2") NOT IN (0, count(*))
    OR min(e."b") IS DISTINCT FROM max(e."b") OR count(e."b") NOT IN (0, count(*))
    OR min(CAST(e."header__change_mask" AS STRING)) IS DISTINCT FROM max(CAST(e."header__change_mask" AS STRING)) OR count(CAST(e."header__change_mask" AS STRING)) NOT IN (0, count(*))
) differing;
