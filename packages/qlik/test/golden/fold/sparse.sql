-- survey
SELECT
  min(coalesce("header__change_seq", '')) AS lowest, coalesce(max("header__change_seq"), '') AS highest,
  coalesce(max(CASE WHEN "header__change_oper" = 'T' THEN 1 ELSE 0 END), 0) AS truncates,
  coalesce(max(CASE WHEN "header__change_oper" = 'L' THEN 1 ELSE 0 END), 0) AS snapshots
FROM "@history" h;

-- ==== append ====

-- view @events
SELECT h."k", h."a", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line", f.fresh AS "@fresh"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
WHERE h."header__change_oper" <> 'B';

-- table @updates
SELECT "k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@op", "@file", "@line" FROM (
  SELECT *, row_number() OVER (
    PARTITION BY "@seq", "@op", "k" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- view @changes
SELECT * FROM (
SELECT "k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", 0, false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT u."k", u."a", u."header__change_seq", u."header__timestamp", u."header__change_mask", u."@seq", 5, u."@file", u."@line", u."@op", 0, false
FROM "@updates" u WHERE u."@op" = 'U'
) steps("k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move");

-- table @keys
SELECT DISTINCT "k" FROM "@changes";

-- table @steps
SELECT *, row_number() OVER (PARTITION BY "k" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move" FROM "@changes"
UNION ALL
SELECT "k", "a", "header__change_seq", "header__timestamp", NULL,
  coalesce("header__change_seq", ''), 6, 0, 0, 'C', 0, false FROM "@current"
) s;

-- table @folded
SELECT "k",
  arg_max_null(s."a", s."@n") FILTER (WHERE s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN s."a" IS NOT NULL ELSE list_contains(s."header__change_mask", 102) END) AS "a",
  arg_max_null(s."header__change_seq", s."@n") AS "header__change_seq", arg_max_null(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(arg_max_null(s."@op", s."@n") FILTER (WHERE s."@op" <> 'U') <> 'D', false) AS "@alive"
FROM "@steps" s

GROUP BY s."k";

-- holds
-- none: no move is possible;

-- counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives FROM "@steps") x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM "@events" WHERE "@op" <> 'T'
  GROUP BY "@seq", "@op", "k"
  HAVING count(*) > 1 AND (min("k") IS DISTINCT FROM max("k") OR count("k") NOT IN (0, count(*))
    OR min("a") IS DISTINCT FROM max("a") OR count("a") NOT IN (0, count(*))
    OR min(CAST("header__change_mask" AS VARCHAR)) IS DISTINCT FROM max(CAST("header__change_mask" AS VARCHAR)) OR count(CAST("header__change_mask" AS VARCHAR)) NOT IN (0, count(*)))
) differing;

-- ==== rebuild ====

-- view @events
SELECT h."k", h."a", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line", f.fresh AS "@fresh"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
WHERE h."header__change_oper" <> 'B';

-- table @updates
SELECT "k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@op", "@file", "@line" FROM (
  SELECT *, row_number() OVER (
    PARTITION BY "@seq", "@op", "k" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- view @changes
SELECT * FROM (
SELECT "k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", 0, false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT u."k", u."a", u."header__change_seq", u."header__timestamp", u."header__change_mask", u."@seq", 5, u."@file", u."@line", u."@op", 0, false
FROM "@updates" u WHERE u."@op" = 'U'
) steps("k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move");

-- table @keys
SELECT DISTINCT "k" FROM "@events" WHERE "@fresh"
UNION
SELECT DISTINCT "k" FROM "@events" WHERE "@op" IN ('B', 'U')
  AND "@seq" IN (SELECT "@seq" FROM "@events" WHERE "@fresh" AND "@op" IN ('B', 'U'));

-- table @steps
SELECT *, row_number() OVER (PARTITION BY "k" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move" FROM "@changes"
) s;

-- table @folded
SELECT "k",
  arg_max_null(s."a", s."@n") FILTER (WHERE s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN s."a" IS NOT NULL ELSE list_contains(s."header__change_mask", 102) END) AS "a",
  arg_max_null(s."header__change_seq", s."@n") AS "header__change_seq", arg_max_null(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(arg_max_null(s."@op", s."@n") FILTER (WHERE s."@op" <> 'U') <> 'D', false) AS "@alive"
FROM "@steps" s
WHERE EXISTS (SELECT 1 FROM "@keys" k WHERE s."k" IS NOT DISTINCT FROM k."k")
GROUP BY s."k";

-- holds
-- none: no move is possible;

-- counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives FROM "@steps") x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM "@events" WHERE "@op" <> 'T'
  GROUP BY "@seq", "@op", "k"
  HAVING count(*) > 1 AND (min("k") IS DISTINCT FROM max("k") OR count("k") NOT IN (0, count(*))
    OR min("a") IS DISTINCT FROM max("a") OR count("a") NOT IN (0, count(*))
    OR min(CAST("header__change_mask" AS VARCHAR)) IS DISTINCT FROM max(CAST("header__change_mask" AS VARCHAR)) OR count(CAST("header__change_mask" AS VARCHAR)) NOT IN (0, count(*)))
) differing;

-- ==== whole, with truncations ====

-- view @events
SELECT h."k", h."a", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line", f.fresh AS "@fresh"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
WHERE h."header__change_oper" <> 'B';

-- table @updates
SELECT "k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@op", "@file", "@line" FROM (
  SELECT *, row_number() OVER (
    PARTITION BY "@seq", "@op", "k" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- view @changes
SELECT * FROM (
SELECT "k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", 0, false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT u."k", u."a", u."header__change_seq", u."header__timestamp", u."header__change_mask", u."@seq", 5, u."@file", u."@line", u."@op", 0, false
FROM "@updates" u WHERE u."@op" = 'U'
) steps("k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move");

-- table @steps
SELECT *, row_number() OVER (PARTITION BY "k" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k", "a", "header__change_seq", "header__timestamp", "header__change_mask", "@seq", "@rank", "@file", "@line", "@op", "@half", "@move" FROM "@changes"
UNION ALL
SELECT k."k", NULL, t."@seq", NULL, NULL, t."@seq", 0, 0, 0, 'D', 0, false
FROM (SELECT DISTINCT "k" FROM "@changes") k
CROSS JOIN (SELECT DISTINCT "@seq" FROM "@events" WHERE "@op" = 'T') t
) s;

-- table @folded
SELECT "k",
  arg_max_null(s."a", s."@n") FILTER (WHERE s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN s."a" IS NOT NULL ELSE list_contains(s."header__change_mask", 102) END) AS "a",
  arg_max_null(s."header__change_seq", s."@n") AS "header__change_seq", arg_max_null(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(arg_max_null(s."@op", s."@n") FILTER (WHERE s."@op" <> 'U') <> 'D', false) AS "@alive"
FROM "@steps" s

GROUP BY s."k";

-- holds
-- none: no move is possible;

-- counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives FROM "@steps") x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM "@events" WHERE "@op" <> 'T'
  GROUP BY "@seq", "@op", "k"
  HAVING count(*) > 1 AND (min("k") IS DISTINCT FROM max("k") OR count("k") NOT IN (0, count(*))
    OR min("a") IS DISTINCT FROM max("a") OR count("a") NOT IN (0, count(*))
    OR min(CAST("header__change_mask" AS VARCHAR)) IS DISTINCT FROM max(CAST("header__change_mask" AS VARCHAR)) OR count(CAST("header__change_mask" AS VARCHAR)) NOT IN (0, count(*)))
) differing;
