-- survey
SELECT
  min(coalesce("header__change_seq", '')) AS lowest, coalesce(max("header__change_seq"), '') AS highest,
  coalesce(max(CASE WHEN "header__change_oper" = 'T' THEN 1 ELSE 0 END), 0) AS truncates,
  coalesce(max(CASE WHEN "header__change_oper" = 'L' THEN 1 ELSE 0 END), 0) AS snapshots, count(*) AS events
FROM "@history" h;

-- ==== append ====

-- view @events
SELECT h."k", h."a", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
WHERE h."header__change_oper" <> 'B';

-- table @updates
SELECT "k", "@seq", "@op", "@file", "@line" FROM (
  SELECT "k", "@seq", "@op", "@file", "@line", row_number() OVER (
    PARTITION BY "@seq", "@op", "k" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- view @changes
SELECT * FROM (
SELECT "k", "@seq", "@rank", "@file", "@line", 0, "@op", false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT "k", "@seq", 5, "@file", "@line", 0, "@op", false
FROM "@updates" u WHERE "@op" = 'U'
) steps("k", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move");

-- table @keys
SELECT DISTINCT "k" FROM "@changes";

-- table @busy
SELECT "k" FROM "@changes" WHERE true GROUP BY "k"
HAVING count(*) > 1 OR max(CASE WHEN "@op" IN ('U', 'D') OR "@move" THEN 1 ELSE 0 END) = 1;

-- table @order
SELECT *, row_number() OVER (PARTITION BY "k" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move" FROM "@changes" c WHERE true AND EXISTS (SELECT 1 FROM "@busy" k WHERE c."k" IS NOT DISTINCT FROM k."k")
) s;

-- table @copies
SELECT "@seq", "@op", "k" FROM "@events" e
WHERE "@op" <> 'T' AND true AND ("@op" IN ('B', 'U') OR EXISTS (SELECT 1 FROM "@busy" k WHERE e."k" IS NOT DISTINCT FROM k."k"))
GROUP BY "@seq", "@op", "k" HAVING count(*) > 1;

-- view @folded
SELECT "k", "a", "header__change_seq", "header__timestamp", true AS "@alive" FROM "@events" e
WHERE "@op" IN ('I', 'L') AND true AND NOT EXISTS (SELECT 1 FROM "@busy" k WHERE e."k" IS NOT DISTINCT FROM k."k")
UNION ALL
SELECT "k",
  max_by(s."a", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN s."a" IS NOT NULL ELSE array_contains(s."header__change_mask", 102) END THEN s."@n" END) AS "a",
  max_by(s."header__change_seq", s."@n") AS "header__change_seq", max_by(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(max_by(s."@op", CASE WHEN s."@op" <> 'U' THEN s."@n" END) <> 'D', false) AS "@alive"
FROM (
SELECT e."k", e."a", e."header__change_seq", e."header__timestamp", e."header__change_mask", o."@op", o."@n"
FROM (SELECT * FROM "@events" WHERE true) e JOIN "@order" o ON o."@file" = e."@file" AND o."@line" = e."@line" AND o."@half" = 0
UNION ALL
SELECT c."k", c."a", c."header__change_seq", c."header__timestamp", NULL, 'C', 0
FROM "@current" c WHERE EXISTS (SELECT 1 FROM "@busy" k WHERE c."k" IS NOT DISTINCT FROM k."k")
) s
GROUP BY s."k";

-- holds
-- none: no move is possible;

-- counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT "k", "@n", "@op", "@move" FROM "@order"
  UNION ALL SELECT "k", 0, 'C', false FROM "@current" c WHERE EXISTS (SELECT 1 FROM "@busy" k WHERE c."k" IS NOT DISTINCT FROM k."k")) o) x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM "@events" WHERE true) e JOIN "@copies" c
    ON e."@seq" = c."@seq" AND e."@op" = c."@op" AND e."k" IS NOT DISTINCT FROM c."k"
  GROUP BY e."@seq", e."@op", e."k"
  HAVING min(e."k") IS DISTINCT FROM max(e."k") OR count(e."k") NOT IN (0, count(*))
    OR min(e."a") IS DISTINCT FROM max(e."a") OR count(e."a") NOT IN (0, count(*))
    OR min(CAST(e."header__change_mask" AS STRING)) IS DISTINCT FROM max(CAST(e."header__change_mask" AS STRING)) OR count(CAST(e."header__change_mask" AS STRING)) NOT IN (0, count(*))
) differing;

-- ==== rebuild ====

-- view @events
SELECT h."k", h."a", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
WHERE h."header__change_oper" <> 'B';

-- table @updates
SELECT "k", "@seq", "@op", "@file", "@line" FROM (
  SELECT "k", "@seq", "@op", "@file", "@line", row_number() OVER (
    PARTITION BY "@seq", "@op", "k" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- view @changes
SELECT * FROM (
SELECT "k", "@seq", "@rank", "@file", "@line", 0, "@op", false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT "k", "@seq", 5, "@file", "@line", 0, "@op", false
FROM "@updates" u WHERE "@op" = 'U'
) steps("k", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move")
WHERE EXISTS (SELECT 1 FROM "@keys" k WHERE steps."k" IS NOT DISTINCT FROM k."k");

-- table @busy
SELECT "k" FROM "@changes" WHERE true GROUP BY "k"
HAVING count(*) > 1 OR max(CASE WHEN "@op" IN ('U', 'D') OR "@move" THEN 1 ELSE 0 END) = 1;

-- table @order
SELECT *, row_number() OVER (PARTITION BY "k" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move" FROM "@changes" c WHERE true AND EXISTS (SELECT 1 FROM "@busy" k WHERE c."k" IS NOT DISTINCT FROM k."k")
) s;

-- table @copies
SELECT "@seq", "@op", "k" FROM "@events" e
WHERE "@op" <> 'T' AND true AND ("@op" IN ('B', 'U') AND EXISTS (SELECT 1 FROM "@keys" k WHERE e."k" IS NOT DISTINCT FROM k."k") OR EXISTS (SELECT 1 FROM "@busy" k WHERE e."k" IS NOT DISTINCT FROM k."k"))
GROUP BY "@seq", "@op", "k" HAVING count(*) > 1;

-- view @folded
SELECT "k", "a", "header__change_seq", "header__timestamp", true AS "@alive" FROM "@events" e
WHERE "@op" IN ('I', 'L') AND true AND NOT EXISTS (SELECT 1 FROM "@busy" k WHERE e."k" IS NOT DISTINCT FROM k."k")
UNION ALL
SELECT "k",
  max_by(s."a", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN s."a" IS NOT NULL ELSE array_contains(s."header__change_mask", 102) END THEN s."@n" END) AS "a",
  max_by(s."header__change_seq", s."@n") AS "header__change_seq", max_by(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(max_by(s."@op", CASE WHEN s."@op" <> 'U' THEN s."@n" END) <> 'D', false) AS "@alive"
FROM (
SELECT e."k", e."a", e."header__change_seq", e."header__timestamp", e."header__change_mask", o."@op", o."@n"
FROM (SELECT * FROM "@events" WHERE true) e JOIN "@order" o ON o."@file" = e."@file" AND o."@line" = e."@line" AND o."@half" = 0
) s
GROUP BY s."k";

-- holds
-- none: no move is possible;

-- counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT "k", "@n", "@op", "@move" FROM "@order") o) x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM "@events" WHERE true) e JOIN "@copies" c
    ON e."@seq" = c."@seq" AND e."@op" = c."@op" AND e."k" IS NOT DISTINCT FROM c."k"
  GROUP BY e."@seq", e."@op", e."k"
  HAVING min(e."k") IS DISTINCT FROM max(e."k") OR count(e."k") NOT IN (0, count(*))
    OR min(e."a") IS DISTINCT FROM max(e."a") OR count(e."a") NOT IN (0, count(*))
    OR min(CAST(e."header__change_mask" AS STRING)) IS DISTINCT FROM max(CAST(e."header__change_mask" AS STRING)) OR count(CAST(e."header__change_mask" AS STRING)) NOT IN (0, count(*))
) differing;

-- ==== whole, with truncations ====

-- view @events
SELECT h."k", h."a", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
WHERE h."header__change_oper" <> 'B';

-- table @updates
SELECT "k", "@seq", "@op", "@file", "@line" FROM (
  SELECT "k", "@seq", "@op", "@file", "@line", row_number() OVER (
    PARTITION BY "@seq", "@op", "k" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- view @changes
SELECT * FROM (
SELECT "k", "@seq", "@rank", "@file", "@line", 0, "@op", false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT "k", "@seq", 5, "@file", "@line", 0, "@op", false
FROM "@updates" u WHERE "@op" = 'U'
) steps("k", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move");

-- table @busy
SELECT "k" FROM "@changes" WHERE true GROUP BY "k"
;

-- table @order
SELECT *, row_number() OVER (PARTITION BY "k" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move" FROM "@changes" c WHERE true AND EXISTS (SELECT 1 FROM "@busy" k WHERE c."k" IS NOT DISTINCT FROM k."k")
UNION ALL
SELECT k."k", t."@seq", 0, 0, 0, 3, 'D', false FROM "@busy" k
CROSS JOIN (SELECT DISTINCT "@seq" FROM "@events" WHERE "@op" = 'T') t
) s;

-- table @copies
SELECT "@seq", "@op", "k" FROM "@events" e
WHERE "@op" <> 'T' AND true AND ("@op" IN ('B', 'U') OR EXISTS (SELECT 1 FROM "@busy" k WHERE e."k" IS NOT DISTINCT FROM k."k"))
GROUP BY "@seq", "@op", "k" HAVING count(*) > 1;

-- view @folded
SELECT "k",
  max_by(s."a", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN s."a" IS NOT NULL ELSE array_contains(s."header__change_mask", 102) END THEN s."@n" END) AS "a",
  max_by(s."header__change_seq", s."@n") AS "header__change_seq", max_by(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(max_by(s."@op", CASE WHEN s."@op" <> 'U' THEN s."@n" END) <> 'D', false) AS "@alive"
FROM (
SELECT e."k", e."a", e."header__change_seq", e."header__timestamp", e."header__change_mask", o."@op", o."@n"
FROM (SELECT * FROM "@events" WHERE true) e JOIN "@order" o ON o."@file" = e."@file" AND o."@line" = e."@line" AND o."@half" = 0
UNION ALL
SELECT o."k", NULL, NULL, NULL, NULL, o."@op", o."@n" FROM "@order" o
WHERE o."@half" IN (1, 3)
) s
GROUP BY s."k";

-- holds
-- none: no move is possible;

-- counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT "k", "@n", "@op", "@move" FROM "@order") o) x;

-- conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM "@events" WHERE true) e JOIN "@copies" c
    ON e."@seq" = c."@seq" AND e."@op" = c."@op" AND e."k" IS NOT DISTINCT FROM c."k"
  GROUP BY e."@seq", e."@op", e."k"
  HAVING min(e."k") IS DISTINCT FROM max(e."k") OR count(e."k") NOT IN (0, count(*))
    OR min(e."a") IS DISTINCT FROM max(e."a") OR count(e."a") NOT IN (0, count(*))
    OR min(CAST(e."header__change_mask" AS STRING)) IS DISTINCT FROM max(CAST(e."header__change_mask" AS STRING)) OR count(CAST(e."header__change_mask" AS STRING)) NOT IN (0, count(*))
) differing;

-- ==== what rebuild and truncate need of history ====

-- keys of new events
SELECT DISTINCT h."k" FROM "@fresh" h JOIN "@files" f ON h."_load_id" = f.load_id AND f.fresh WHERE h."header__change_oper" NOT IN ('T', 'B');

-- lowest new truncation
SELECT min(h."header__change_seq") AS lowest FROM "@fresh" h JOIN "@files" f ON h."_load_id" = f.load_id AND f.fresh WHERE h."header__change_oper" = 'T';

-- keys from it on
SELECT DISTINCT h."k" FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
WHERE h."header__change_seq" >= '11111111111111111111111111111111111' AND h."header__change_oper" NOT IN ('T', 'B');

-- all keys
SELECT "k" FROM "@new_keys"
UNION
SELECT "k" FROM "@later_keys";

-- their events
SELECT h.* FROM "@history" h SEMI JOIN (SELECT * FROM "@keys" WHERE NOT ("k" IS NULL)) k ON h."k" = k."k" WHERE h."header__change_oper" <> 'T'
UNION ALL
SELECT h.* FROM (SELECT * FROM "@history" x WHERE "k" IS NULL) h
SEMI JOIN (SELECT * FROM "@keys" WHERE "k" IS NULL) k ON h."k" IS NOT DISTINCT FROM k."k" WHERE h."header__change_oper" <> 'T';

-- truncations
SELECT * FROM "@history" h WHERE "header__change_oper" = 'T';

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
SELECT DISTINCT h."k" FROM "@history_files" h JOIN "@files" f ON h."_load_id" = f.load_id AND f.fresh WHERE h."header__change_oper" NOT IN ('T', 'B');

-- table @keys
SELECT "k" FROM "@new_keys";

-- table @touched
SELECT h.* FROM "@history_files" h SEMI JOIN (SELECT * FROM "@keys" WHERE NOT ("k" IS NULL)) k ON h."k" = k."k" WHERE h."header__change_oper" <> 'T'
UNION ALL
SELECT h.* FROM (SELECT * FROM "@history_files" x WHERE "k" IS NULL) h
SEMI JOIN (SELECT * FROM "@keys" WHERE "k" IS NULL) k ON h."k" IS NOT DISTINCT FROM k."k" WHERE h."header__change_oper" <> 'T';

-- table @truncations
SELECT * FROM "@history_files" h WHERE "header__change_oper" = 'T';

-- view @history
SELECT * FROM "@touched"
UNION ALL
SELECT * FROM "@truncations";

-- receipt all
SELECT
  min(coalesce("header__change_seq", '')) AS lowest, coalesce(max("header__change_seq"), '') AS highest,
  coalesce(max(CASE WHEN "header__change_oper" = 'T' THEN 1 ELSE 0 END), 0) AS truncates,
  coalesce(max(CASE WHEN "header__change_oper" = 'L' THEN 1 ELSE 0 END), 0) AS snapshots, count(*) AS events
FROM (SELECT h.* FROM "@history" h WHERE h."_load_id" IN (SELECT load_id FROM "@files")) h;

-- view @events
SELECT h."k", h."a", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id
WHERE h."header__change_oper" <> 'B';

-- table @updates
SELECT "k", "@seq", "@op", "@file", "@line" FROM (
  SELECT "k", "@seq", "@op", "@file", "@line", row_number() OVER (
    PARTITION BY "@seq", "@op", "k" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- view @changes
SELECT * FROM (
SELECT "k", "@seq", "@rank", "@file", "@line", 0, "@op", false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT "k", "@seq", 5, "@file", "@line", 0, "@op", false
FROM "@updates" u WHERE "@op" = 'U'
) steps("k", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move")
WHERE EXISTS (SELECT 1 FROM "@keys" k WHERE steps."k" IS NOT DISTINCT FROM k."k");

-- table @placed
SELECT "k", CAST("@segment" AS INT) AS "@segment" FROM (
  SELECT "k", "@bound", greatest(sum("@bound") OVER (ORDER BY "k" ASC NULLS FIRST, "@bound" DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), 1) - 1 AS "@segment"
  FROM (SELECT "k", 0 AS "@bound" FROM "@keys" k
    UNION ALL SELECT "k", 1 FROM (VALUES (CAST(NULL AS STRING)), (CAST('b' AS STRING)), (CAST('it\'s \\' AS STRING))) b("k")) both_kinds
) placed WHERE "@bound" = 0;

-- table @runs
SELECT place, CAST(place - row_number() OVER (ORDER BY place) + 1 AS INT) AS run
FROM (SELECT DISTINCT "@segment" AS place FROM "@placed") p;

-- select @segments
SELECT place FROM "@runs";

-- table @busy
SELECT "k" FROM "@changes" WHERE true GROUP BY "k"
HAVING count(*) > 1 OR max(CASE WHEN "@op" IN ('U', 'D') OR "@move" THEN 1 ELSE 0 END) = 1;

-- table @order
SELECT *, row_number() OVER (PARTITION BY "k" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move" FROM "@changes" c WHERE true AND EXISTS (SELECT 1 FROM "@busy" k WHERE c."k" IS NOT DISTINCT FROM k."k")
) s;

-- table @copies
SELECT "@seq", "@op", "k" FROM "@events" e
WHERE "@op" <> 'T' AND true AND ("@op" IN ('B', 'U') AND EXISTS (SELECT 1 FROM "@keys" k WHERE e."k" IS NOT DISTINCT FROM k."k") OR EXISTS (SELECT 1 FROM "@busy" k WHERE e."k" IS NOT DISTINCT FROM k."k"))
GROUP BY "@seq", "@op", "k" HAVING count(*) > 1;

-- view @folded
SELECT "k", "a", "header__change_seq", "header__timestamp", true AS "@alive" FROM "@events" e
WHERE "@op" IN ('I', 'L') AND true AND NOT EXISTS (SELECT 1 FROM "@busy" k WHERE e."k" IS NOT DISTINCT FROM k."k")
UNION ALL
SELECT "k",
  max_by(s."a", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN s."a" IS NOT NULL ELSE array_contains(s."header__change_mask", 102) END THEN s."@n" END) AS "a",
  max_by(s."header__change_seq", s."@n") AS "header__change_seq", max_by(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(max_by(s."@op", CASE WHEN s."@op" <> 'U' THEN s."@n" END) <> 'D', false) AS "@alive"
FROM (
SELECT e."k", e."a", e."header__change_seq", e."header__timestamp", e."header__change_mask", o."@op", o."@n"
FROM (SELECT * FROM "@events" WHERE true) e JOIN "@order" o ON o."@file" = e."@file" AND o."@line" = e."@line" AND o."@half" = 0
) s
GROUP BY s."k";

-- receipt counters
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT "k", "@n", "@op", "@move" FROM "@order") o) x;

-- receipt conflicts
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM "@events" WHERE true) e JOIN "@copies" c
    ON e."@seq" = c."@seq" AND e."@op" = c."@op" AND e."k" IS NOT DISTINCT FROM c."k"
  GROUP BY e."@seq", e."@op", e."k"
  HAVING min(e."k") IS DISTINCT FROM max(e."k") OR count(e."k") NOT IN (0, count(*))
    OR min(e."a") IS DISTINCT FROM max(e."a") OR count(e."a") NOT IN (0, count(*))
    OR min(CAST(e."header__change_mask" AS STRING)) IS DISTINCT FROM max(CAST(e."header__change_mask" AS STRING)) OR count(CAST(e."header__change_mask" AS STRING)) NOT IN (0, count(*))
) differing;

-- view @rows
SELECT s."k", s."a", r.run AS "@run" FROM "@segments" s
JOIN "@runs" r ON s."@place" = r.place WHERE NOT EXISTS (SELECT 1 FROM "@keys" k WHERE s."k" IS NOT DISTINCT FROM k."k")
UNION ALL
SELECT f."k", f."a", r.run AS "@run" FROM "@folded" f
JOIN "@placed" p ON f."k" IS NOT DISTINCT FROM p."k" JOIN "@runs" r ON p."@segment" = r.place WHERE f."@alive";

-- write base


-- view @events
SELECT h."k", h."a", h."header__change_seq", h."header__timestamp", h."header__change_mask",
  coalesce(h."header__change_seq", '') AS "@seq", h."header__change_oper" AS "@op", CASE h."header__change_oper" WHEN 'T' THEN 0 WHEN 'B' THEN 1 WHEN 'D' THEN 2 WHEN 'L' THEN 3 WHEN 'I' THEN 4 WHEN 'U' THEN 5 END AS "@rank",
  f.file AS "@file", h."_line" AS "@line"
FROM "@history" h JOIN "@files" f ON h."_load_id" = f.load_id AND NOT f.fresh
WHERE h."header__change_oper" <> 'B';

-- table @updates
SELECT "k", "@seq", "@op", "@file", "@line" FROM (
  SELECT "k", "@seq", "@op", "@file", "@line", row_number() OVER (
    PARTITION BY "@seq", "@op", "k" ORDER BY "@file" DESC, "@line" DESC) AS "@copy"
  FROM "@events" WHERE "@op" IN ('B', 'U')
) copies WHERE "@copy" = 1;

-- view @changes
SELECT * FROM (
SELECT "k", "@seq", "@rank", "@file", "@line", 0, "@op", false
FROM "@events" WHERE "@op" IN ('I', 'D', 'L')
UNION ALL
SELECT "k", "@seq", 5, "@file", "@line", 0, "@op", false
FROM "@updates" u WHERE "@op" = 'U'
) steps("k", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move")
WHERE EXISTS (SELECT 1 FROM "@keys" k WHERE steps."k" IS NOT DISTINCT FROM k."k");

-- table @busy
SELECT "k" FROM "@changes" WHERE true GROUP BY "k"
HAVING count(*) > 1 OR max(CASE WHEN "@op" IN ('U', 'D') OR "@move" THEN 1 ELSE 0 END) = 1;

-- table @order
SELECT *, row_number() OVER (PARTITION BY "k" ORDER BY "@seq", "@rank", "@file", "@line", "@half") AS "@n"
FROM (
SELECT "k", "@seq", "@rank", "@file", "@line", "@half", "@op", "@move" FROM "@changes" c WHERE true AND EXISTS (SELECT 1 FROM "@busy" k WHERE c."k" IS NOT DISTINCT FROM k."k")
) s;

-- table @copies
SELECT "@seq", "@op", "k" FROM "@events" e
WHERE "@op" <> 'T' AND true AND ("@op" IN ('B', 'U') AND EXISTS (SELECT 1 FROM "@keys" k WHERE e."k" IS NOT DISTINCT FROM k."k") OR EXISTS (SELECT 1 FROM "@busy" k WHERE e."k" IS NOT DISTINCT FROM k."k"))
GROUP BY "@seq", "@op", "k" HAVING count(*) > 1;

-- view @folded
SELECT "k", "a", "header__change_seq", "header__timestamp", true AS "@alive" FROM "@events" e
WHERE "@op" IN ('I', 'L') AND true AND NOT EXISTS (SELECT 1 FROM "@busy" k WHERE e."k" IS NOT DISTINCT FROM k."k")
UNION ALL
SELECT "k",
  max_by(s."a", CASE WHEN s."@op" <> 'U' OR CASE WHEN s."header__change_mask" IS NULL THEN s."a" IS NOT NULL ELSE array_contains(s."header__change_mask", 102) END THEN s."@n" END) AS "a",
  max_by(s."header__change_seq", s."@n") AS "header__change_seq", max_by(s."header__timestamp", s."@n") AS "header__timestamp",
  coalesce(max_by(s."@op", CASE WHEN s."@op" <> 'U' THEN s."@n" END) <> 'D', false) AS "@alive"
FROM (
SELECT e."k", e."a", e."header__change_seq", e."header__timestamp", e."header__change_mask", o."@op", o."@n"
FROM (SELECT * FROM "@events" WHERE true) e JOIN "@order" o ON o."@file" = e."@file" AND o."@line" = e."@line" AND o."@half" = 0
) s
GROUP BY s."k";

-- receipt counters_before
SELECT count(CASE WHEN "@op" = 'U' AND NOT lives THEN 1 END) AS orphans,
  count(CASE WHEN "@move" AND lives THEN 1 END) AS moves_onto_live
FROM (SELECT "@op", "@move", coalesce(max(CASE WHEN "@op" = 'U' THEN NULL WHEN "@op" = 'D' THEN 2 * "@n" ELSE 2 * "@n" + 1 END) OVER (PARTITION BY "k" ORDER BY "@n"
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) % 2 = 1, false) AS lives
FROM (SELECT "k", "@n", "@op", "@move" FROM "@order") o) x;

-- receipt conflicts_before
SELECT count(*) AS conflicts FROM (
  SELECT 1 FROM (SELECT * FROM "@events" WHERE true) e JOIN "@copies" c
    ON e."@seq" = c."@seq" AND e."@op" = c."@op" AND e."k" IS NOT DISTINCT FROM c."k"
  GROUP BY e."@seq", e."@op", e."k"
  HAVING min(e."k") IS DISTINCT FROM max(e."k") OR count(e."k") NOT IN (0, count(*))
    OR min(e."a") IS DISTINCT FROM max(e."a") OR count(e."a") NOT IN (0, count(*))
    OR min(CAST(e."header__change_mask" AS STRING)) IS DISTINCT FROM max(CAST(e."header__change_mask" AS STRING)) OR count(CAST(e."header__change_mask" AS STRING)) NOT IN (0, count(*))
) differing;
