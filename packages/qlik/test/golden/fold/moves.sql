-- survey
SELECT
  min(coalesce("header__change_seq", '')) AS lowest, coalesce(max("header__change_seq"), '') AS highest,
  coalesce(max(CASE WHEN "header__change_oper" = 'T' THEN 1 ELSE 0 END), 0) AS truncates,
  coalesce(max(CASE WHEN "header__change_oper" = 'L' THEN 1 ELSE 0 END), 0) AS snapshots
FROM "@history" h;

-- ==== append ====

-- view @events
SELECT h."k1", h."a", h."k2", h."b", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line", f.fresh AS "@fresh"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
;

-- table @updates
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@op", "@file", "@line" FROM (
  SELECT *, row_number() OVER (
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
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE list_contains(u."header__change_mask", 102) END THEN u."a" ELSE b."a" END AS "a",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE list_contains(u."header__change_mask", 105) END THEN u."b" ELSE b."b" END AS "b",
  u."header__change_seq",
  u."header__timestamp",
  u."@seq",
  u."@file",
  u."@line",
  u."header__change_mask" IS NULL AS "@complete"
FROM "@leftover" b JOIN "@leftover" u ON b."@seq" = u."@seq"
WHERE b."@op" = 'B' AND u."@op" = 'U' AND (
  (b."@befores" = 1 AND b."@afters" = 1)
  OR (b."@file" = u."@file" AND b."@line" + 1 = u."@line"));

-- view @changes
SELECT * FROM (
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", 0, false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT u."k1", u."a", u."k2", u."b", u."header__change_seq", u."header__timestamp", u."header__change_mask", u."@seq", 5, u."@file", u."@line", u."@op", 0, false
FROM "@updates" u WHERE u."@op" = 'U' AND NOT EXISTS (SELECT 1 FROM "@moves" m
  WHERE m."@seq" = u."@seq" AND m."@file" = u."@file" AND m."@line" = u."@line")
UNION ALL
SELECT "@old_1", NULL, "@old_0", NULL, "header__change_seq", "header__timestamp", NULL, "@seq", 5, "@file", "@line", CAST('D' AS VARCHAR), 0, false
FROM "@moves"
UNION ALL
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", NULL, "@seq", 5, "@file", "@line", 'I', 1, true
FROM "@moves"
) steps("k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move");

-- table @keys
SELECT DISTINCT "k2", "k1" FROM "@changes";

-- table @steps
SELECT *, row_number() OVER (PARTITION BY "k2", "k1" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move" FROM "@changes"
UNION ALL
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", NULL,
  coalesce("header__change_seq", ''), 6, 0, 0, 'C', 0, false FROM "@current"
) s;

-- table @folded
SELECT "k2", "k1",
  arg_max_null(s."a", s."@n") FILTER (WHERE s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE list_contains(s."header__change_mask", 102) END) AS "a",
  arg_max_null(s."b", s."@n") FILTER (WHERE s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE list_contains(s."header__change_mask", 105) END) AS "b",
  arg_max_null(s."header__change_seq", s."@n") AS "header__change_seq", arg_max_null(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(arg_max_null(s."@op", s."@n") FILTER (WHERE s."@op" <> 'U') <> 'D', false) AS "@alive"
FROM "@steps" s

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
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives FROM "@steps") x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM "@events" WHERE "@op" <> 'T'
  GROUP BY "@seq", "@op", "k2", "k1"
  HAVING count(*) > 1 AND (min("k1") IS DISTINCT FROM max("k1") OR count("k1") NOT IN (0, count(*))
    OR min("a") IS DISTINCT FROM max("a") OR count("a") NOT IN (0, count(*))
    OR min("k2") IS DISTINCT FROM max("k2") OR count("k2") NOT IN (0, count(*))
    OR min("b") IS DISTINCT FROM max("b") OR count("b") NOT IN (0, count(*))
    OR min(CAST("header__change_mask" AS VARCHAR)) IS DISTINCT FROM max(CAST("header__change_mask" AS VARCHAR)) OR count(CAST("header__change_mask" AS VARCHAR)) NOT IN (0, count(*)))
) differing;

-- ==== rebuild ====

-- view @events
SELECT h."k1", h."a", h."k2", h."b", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line", f.fresh AS "@fresh"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
;

-- table @updates
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@op", "@file", "@line" FROM (
  SELECT *, row_number() OVER (
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
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE list_contains(u."header__change_mask", 102) END THEN u."a" ELSE b."a" END AS "a",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE list_contains(u."header__change_mask", 105) END THEN u."b" ELSE b."b" END AS "b",
  u."header__change_seq",
  u."header__timestamp",
  u."@seq",
  u."@file",
  u."@line",
  u."header__change_mask" IS NULL AS "@complete"
FROM "@leftover" b JOIN "@leftover" u ON b."@seq" = u."@seq"
WHERE b."@op" = 'B' AND u."@op" = 'U' AND (
  (b."@befores" = 1 AND b."@afters" = 1)
  OR (b."@file" = u."@file" AND b."@line" + 1 = u."@line"));

-- view @changes
SELECT * FROM (
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", 0, false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT u."k1", u."a", u."k2", u."b", u."header__change_seq", u."header__timestamp", u."header__change_mask", u."@seq", 5, u."@file", u."@line", u."@op", 0, false
FROM "@updates" u WHERE u."@op" = 'U' AND NOT EXISTS (SELECT 1 FROM "@moves" m
  WHERE m."@seq" = u."@seq" AND m."@file" = u."@file" AND m."@line" = u."@line")
UNION ALL
SELECT "@old_1", NULL, "@old_0", NULL, "header__change_seq", "header__timestamp", NULL, "@seq", 5, "@file", "@line", CAST('D' AS VARCHAR), 0, false
FROM "@moves"
UNION ALL
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", NULL, "@seq", 5, "@file", "@line", 'I', 1, true
FROM "@moves"
) steps("k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move");

-- table @keys
SELECT DISTINCT "k2", "k1" FROM "@events" WHERE "@fresh"
UNION
SELECT DISTINCT "k2", "k1" FROM "@events" WHERE "@op" IN ('B', 'U')
  AND "@seq" IN (SELECT "@seq" FROM "@events" WHERE "@fresh" AND "@op" IN ('B', 'U'));

-- table @steps
SELECT *, row_number() OVER (PARTITION BY "k2", "k1" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move" FROM "@changes"
) s;

-- table @folded
SELECT "k2", "k1",
  arg_max_null(s."a", s."@n") FILTER (WHERE s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE list_contains(s."header__change_mask", 102) END) AS "a",
  arg_max_null(s."b", s."@n") FILTER (WHERE s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE list_contains(s."header__change_mask", 105) END) AS "b",
  arg_max_null(s."header__change_seq", s."@n") AS "header__change_seq", arg_max_null(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(arg_max_null(s."@op", s."@n") FILTER (WHERE s."@op" <> 'U') <> 'D', false) AS "@alive"
FROM "@steps" s
WHERE EXISTS (SELECT 1 FROM "@keys" k WHERE s."k2" IS NOT DISTINCT FROM k."k2" AND s."k1" IS NOT DISTINCT FROM k."k1")
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
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives FROM "@steps") x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM "@events" WHERE "@op" <> 'T'
  GROUP BY "@seq", "@op", "k2", "k1"
  HAVING count(*) > 1 AND (min("k1") IS DISTINCT FROM max("k1") OR count("k1") NOT IN (0, count(*))
    OR min("a") IS DISTINCT FROM max("a") OR count("a") NOT IN (0, count(*))
    OR min("k2") IS DISTINCT FROM max("k2") OR count("k2") NOT IN (0, count(*))
    OR min("b") IS DISTINCT FROM max("b") OR count("b") NOT IN (0, count(*))
    OR min(CAST("header__change_mask" AS VARCHAR)) IS DISTINCT FROM max(CAST("header__change_mask" AS VARCHAR)) OR count(CAST("header__change_mask" AS VARCHAR)) NOT IN (0, count(*)))
) differing;

-- ==== whole, with truncations ====

-- view @events
SELECT h."k1", h."a", h."k2", h."b", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line", f.fresh AS "@fresh"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
;

-- table @updates
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@op", "@file", "@line" FROM (
  SELECT *, row_number() OVER (
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
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE list_contains(u."header__change_mask", 102) END THEN u."a" ELSE b."a" END AS "a",
  CASE WHEN CASE WHEN u."header__change_mask" IS NULL THEN true ELSE list_contains(u."header__change_mask", 105) END THEN u."b" ELSE b."b" END AS "b",
  u."header__change_seq",
  u."header__timestamp",
  u."@seq",
  u."@file",
  u."@line",
  u."header__change_mask" IS NULL AS "@complete"
FROM "@leftover" b JOIN "@leftover" u ON b."@seq" = u."@seq"
WHERE b."@op" = 'B' AND u."@op" = 'U' AND (
  (b."@befores" = 1 AND b."@afters" = 1)
  OR (b."@file" = u."@file" AND b."@line" + 1 = u."@line"));

-- view @changes
SELECT * FROM (
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", 0, false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT u."k1", u."a", u."k2", u."b", u."header__change_seq", u."header__timestamp", u."header__change_mask", u."@seq", 5, u."@file", u."@line", u."@op", 0, false
FROM "@updates" u WHERE u."@op" = 'U' AND NOT EXISTS (SELECT 1 FROM "@moves" m
  WHERE m."@seq" = u."@seq" AND m."@file" = u."@file" AND m."@line" = u."@line")
UNION ALL
SELECT "@old_1", NULL, "@old_0", NULL, "header__change_seq", "header__timestamp", NULL, "@seq", 5, "@file", "@line", CAST('D' AS VARCHAR), 0, false
FROM "@moves"
UNION ALL
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", NULL, "@seq", 5, "@file", "@line", 'I', 1, true
FROM "@moves"
) steps("k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move");

-- table @steps
SELECT *, row_number() OVER (PARTITION BY "k2", "k1" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k1", "a", "k2", "b", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move" FROM "@changes"
UNION ALL
SELECT k."k1", NULL, k."k2", NULL, t."@seq", NULL, NULL, t."@seq", 0, 0, 0, 'D', 0, false
FROM (SELECT DISTINCT "k2", "k1" FROM "@changes") k
CROSS JOIN (SELECT DISTINCT "@seq" FROM "@events" WHERE "@op" = 'T') t
) s;

-- table @folded
SELECT "k2", "k1",
  arg_max_null(s."a", s."@n") FILTER (WHERE s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE list_contains(s."header__change_mask", 102) END) AS "a",
  arg_max_null(s."b", s."@n") FILTER (WHERE s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN true ELSE list_contains(s."header__change_mask", 105) END) AS "b",
  arg_max_null(s."header__change_seq", s."@n") AS "header__change_seq", arg_max_null(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(arg_max_null(s."@op", s."@n") FILTER (WHERE s."@op" <> 'U') <> 'D', false) AS "@alive"
FROM "@steps" s

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
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives FROM "@steps") x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM "@events" WHERE "@op" <> 'T'
  GROUP BY "@seq", "@op", "k2", "k1"
  HAVING count(*) > 1 AND (min("k1") IS DISTINCT FROM max("k1") OR count("k1") NOT IN (0, count(*))
    OR min("a") IS DISTINCT FROM max("a") OR count("a") NOT IN (0, count(*))
    OR min("k2") IS DISTINCT FROM max("k2") OR count("k2") NOT IN (0, count(*))
    OR min("b") IS DISTINCT FROM max("b") OR count("b") NOT IN (0, count(*))
    OR min(CAST("header__change_mask" AS VARCHAR)) IS DISTINCT FROM max(CAST("header__change_mask" AS VARCHAR)) OR count(CAST("header__change_mask" AS VARCHAR)) NOT IN (0, count(*)))
) differing;
