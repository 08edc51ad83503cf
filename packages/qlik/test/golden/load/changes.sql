-- duckdb header__change_seq
"@c1"

--   bad
NOT coalesce(regexp_full_match("@c1", '[0-9]{35}'), false)

-- duckdb header__change_oper
"@c2"

--   bad
coalesce("@c2", '') NOT IN ('I', 'U', 'D', 'B', 'T')

-- duckdb header__timestamp
CASE WHEN (CAST(try_cast(("@c3") AS TIMESTAMP) AS VARCHAR) = ("@c3") OR strlen(("@c3")) BETWEEN 21 AND 29 AND ("@c3") = CAST(try_cast(("@c3") AS TIMESTAMP) AS VARCHAR) || left(if(strlen(CAST(try_cast(("@c3") AS TIMESTAMP) AS VARCHAR)) = 19, '.000000000', '000000000'), strlen(("@c3")) - strlen(CAST(try_cast(("@c3") AS TIMESTAMP) AS VARCHAR)))) AND try_cast(("@c3") AS TIMESTAMP) >= '0001-01-01' AND try_cast(("@c3") AS TIMESTAMP) < '10000-01-01' THEN try_cast(("@c3") AS TIMESTAMP) WHEN regexp_full_match(("@c3"), '(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{2}-[0-9]{2}([ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?)?') THEN try_cast(("@c3") AS TIMESTAMP) END

--   bad
((CASE WHEN (CAST(try_cast(("@c3") AS TIMESTAMP) AS VARCHAR) = ("@c3") OR strlen(("@c3")) BETWEEN 21 AND 29 AND ("@c3") = CAST(try_cast(("@c3") AS TIMESTAMP) AS VARCHAR) || left(if(strlen(CAST(try_cast(("@c3") AS TIMESTAMP) AS VARCHAR)) = 19, '.000000000', '000000000'), strlen(("@c3")) - strlen(CAST(try_cast(("@c3") AS TIMESTAMP) AS VARCHAR)))) AND try_cast(("@c3") AS TIMESTAMP) >= '0001-01-01' AND try_cast(("@c3") AS TIMESTAMP) < '10000-01-01' THEN try_cast(("@c3") AS TIMESTAMP) WHEN regexp_full_match(("@c3"), '(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{2}-[0-9]{2}([ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?)?') THEN try_cast(("@c3") AS TIMESTAMP) END IS NULL) <> (coalesce(("@c3"), '') = ''))

-- duckdb header__change_mask
CASE WHEN "@c4" IS NOT NULL THEN CAST(list_filter([CASE WHEN upper(substr("@c4", 1, 1)) IN ('1', '3', '5', '7', '9', 'B', 'D', 'F') THEN 101 END, CASE WHEN upper(substr("@c4", 1, 1)) IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F') THEN 102 END, CASE WHEN upper(substr("@c4", 1, 1)) IN ('4', '5', '6', '7', 'C', 'D', 'E', 'F') THEN 103 END, CASE WHEN upper(substr("@c4", 1, 1)) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F') THEN 104 END, CASE WHEN upper(substr("@c4", 4, 1)) IN ('1', '3', '5', '7', '9', 'B', 'D', 'F') THEN 105 END, CASE WHEN upper(substr("@c4", 4, 1)) IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F') THEN 106 END, CASE WHEN upper(substr("@c4", 4, 1)) IN ('4', '5', '6', '7', 'C', 'D', 'E', 'F') THEN 107 END, CASE WHEN upper(substr("@c4", 4, 1)) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F') THEN 108 END, CASE WHEN upper(substr("@c4", 3, 1)) IN ('1', '3', '5', '7', '9', 'B', 'D', 'F') THEN 109 END, CASE WHEN upper(substr("@c4", 3, 1)) IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F') THEN 110 END, CASE WHEN upper(substr("@c4", 3, 1)) IN ('4', '5', '6', '7', 'C', 'D', 'E', 'F') THEN 111 END], lambda id: id IS NOT NULL) AS INTEGER[]) END

--   bad
NOT coalesce(regexp_full_match("@c4", '([0-9A-Fa-f]{2})*'), true)

-- duckdb c0
CASE WHEN CAST(try_cast(("@c5") AS BIGINT) AS VARCHAR) = ("@c5") THEN try_cast(("@c5") AS BIGINT) WHEN regexp_full_match(("@c5"), '[+-]?([0-9]+([.]0*)?|[.]0+)') THEN try_cast(("@c5") AS BIGINT) END

--   bad
((CASE WHEN CAST(try_cast(("@c5") AS BIGINT) AS VARCHAR) = ("@c5") THEN try_cast(("@c5") AS BIGINT) WHEN regexp_full_match(("@c5"), '[+-]?([0-9]+([.]0*)?|[.]0+)') THEN try_cast(("@c5") AS BIGINT) END IS NULL) <> (coalesce(("@c5"), '') = '')) OR ((CASE WHEN CAST(try_cast(("@c5") AS BIGINT) AS VARCHAR) = ("@c5") THEN try_cast(("@c5") AS BIGINT) WHEN regexp_full_match(("@c5"), '[+-]?([0-9]+([.]0*)?|[.]0+)') THEN try_cast(("@c5") AS BIGINT) END) IS NULL AND "@c2" = 'I')

-- duckdb c1
("@c6")

--   bad
false OR coalesce(contains("@c6", chr(0)), false)

-- duckdb c2
CASE WHEN starts_with(CAST(try_cast(("@c7") AS DECIMAL(18,10)) AS VARCHAR), ("@c7")) THEN CAST(try_cast(("@c7") AS DECIMAL(18,10)) AS DECIMAL(38,10)) WHEN regexp_full_match(("@c7"), '[+-]?([0-9]+([.][0-9]{0,10}0*)?|[.][0-9]{1,10}0*)') THEN coalesce(CAST(try_cast(("@c7") AS DECIMAL(18,10)) AS DECIMAL(38,10)), try_cast(try_cast(try_cast(split_part(("@c7"), '.', 1) || rpad(split_part(("@c7"), '.', 2), 10, '0') AS HUGEINT) AS DECIMAL(38,0)) * CAST('0.0000000001' AS DECIMAL(10,10)) AS DECIMAL(38,10))) END

--   bad
((CASE WHEN starts_with(CAST(try_cast(("@c7") AS DECIMAL(18,10)) AS VARCHAR), ("@c7")) THEN CAST(try_cast(("@c7") AS DECIMAL(18,10)) AS DECIMAL(38,10)) WHEN regexp_full_match(("@c7"), '[+-]?([0-9]+([.][0-9]{0,10}0*)?|[.][0-9]{1,10}0*)') THEN coalesce(CAST(try_cast(("@c7") AS DECIMAL(18,10)) AS DECIMAL(38,10)), try_cast(try_cast(try_cast(split_part(("@c7"), '.', 1) || rpad(split_part(("@c7"), '.', 2), 10, '0') AS HUGEINT) AS DECIMAL(38,0)) * CAST('0.0000000001' AS DECIMAL(10,10)) AS DECIMAL(38,10))) END IS NULL) <> (coalesce(("@c7"), '') = ''))

-- duckdb c3
CASE WHEN starts_with(CAST(try_cast(("@c8") AS DECIMAL(18,10)) AS VARCHAR), ("@c8")) THEN try_cast(("@c8") AS DOUBLE) WHEN regexp_full_match(("@c8"), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') THEN CASE WHEN isfinite(try_cast(("@c8") AS DOUBLE)) THEN try_cast(("@c8") AS DOUBLE) END WHEN regexp_full_match(("@c8"), '[+-]?[nN][aA][nN]') THEN CAST('nan' AS DOUBLE) WHEN regexp_full_match(("@c8"), '[+-]?[iI][nN][fF]([iI][nN][iI][tT][yY])?') THEN CAST(CASE WHEN ("@c8") LIKE '-%' THEN '-inf' ELSE 'inf' END AS DOUBLE) END

--   bad
((CASE WHEN starts_with(CAST(try_cast(("@c8") AS DECIMAL(18,10)) AS VARCHAR), ("@c8")) THEN try_cast(("@c8") AS DOUBLE) WHEN regexp_full_match(("@c8"), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') THEN CASE WHEN isfinite(try_cast(("@c8") AS DOUBLE)) THEN try_cast(("@c8") AS DOUBLE) END WHEN regexp_full_match(("@c8"), '[+-]?[nN][aA][nN]') THEN CAST('nan' AS DOUBLE) WHEN regexp_full_match(("@c8"), '[+-]?[iI][nN][fF]([iI][nN][iI][tT][yY])?') THEN CAST(CASE WHEN ("@c8") LIKE '-%' THEN '-inf' ELSE 'inf' END AS DOUBLE) END IS NULL) <> (coalesce(("@c8"), '') = ''))

-- duckdb c4
CASE WHEN ("@c9") = '1' THEN true WHEN ("@c9") = '0' THEN false WHEN regexp_full_match(("@c9"), '[tT]|[tT][rR][uU][eE]|[yY]') THEN true WHEN regexp_full_match(("@c9"), '[fF]|[fF][aA][lL][sS][eE]|[nN]') THEN false END

--   bad
((CASE WHEN ("@c9") = '1' THEN true WHEN ("@c9") = '0' THEN false WHEN regexp_full_match(("@c9"), '[tT]|[tT][rR][uU][eE]|[yY]') THEN true WHEN regexp_full_match(("@c9"), '[fF]|[fF][aA][lL][sS][eE]|[nN]') THEN false END IS NULL) <> (coalesce(("@c9"), '') = ''))

-- duckdb c5
CASE WHEN CAST(try_cast(("@c10") AS DATE) AS VARCHAR) = ("@c10") AND strlen(("@c10")) = 10 THEN try_cast(("@c10") AS DATE) END

--   bad
((CASE WHEN CAST(try_cast(("@c10") AS DATE) AS VARCHAR) = ("@c10") AND strlen(("@c10")) = 10 THEN try_cast(("@c10") AS DATE) END IS NULL) <> (coalesce(("@c10"), '') = ''))

-- duckdb c6
CASE WHEN (CAST(try_cast(("@c11") AS TIMESTAMP) AS VARCHAR) = ("@c11") OR strlen(("@c11")) BETWEEN 21 AND 29 AND ("@c11") = CAST(try_cast(("@c11") AS TIMESTAMP) AS VARCHAR) || left(if(strlen(CAST(try_cast(("@c11") AS TIMESTAMP) AS VARCHAR)) = 19, '.000000000', '000000000'), strlen(("@c11")) - strlen(CAST(try_cast(("@c11") AS TIMESTAMP) AS VARCHAR)))) AND try_cast(("@c11") AS TIMESTAMP) >= '0001-01-01' AND try_cast(("@c11") AS TIMESTAMP) < '10000-01-01' THEN try_cast(("@c11") AS TIMESTAMP) WHEN regexp_full_match(("@c11"), '(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{2}-[0-9]{2}([ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?)?') THEN try_cast(("@c11") AS TIMESTAMP) END

--   bad
((CASE WHEN (CAST(try_cast(("@c11") AS TIMESTAMP) AS VARCHAR) = ("@c11") OR strlen(("@c11")) BETWEEN 21 AND 29 AND ("@c11") = CAST(try_cast(("@c11") AS TIMESTAMP) AS VARCHAR) || left(if(strlen(CAST(try_cast(("@c11") AS TIMESTAMP) AS VARCHAR)) = 19, '.000000000', '000000000'), strlen(("@c11")) - strlen(CAST(try_cast(("@c11") AS TIMESTAMP) AS VARCHAR)))) AND try_cast(("@c11") AS TIMESTAMP) >= '0001-01-01' AND try_cast(("@c11") AS TIMESTAMP) < '10000-01-01' THEN try_cast(("@c11") AS TIMESTAMP) WHEN regexp_full_match(("@c11"), '(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{2}-[0-9]{2}([ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?)?') THEN try_cast(("@c11") AS TIMESTAMP) END IS NULL) <> (coalesce(("@c11"), '') = ''))

-- duckdb c7
CASE WHEN ("@c12") GLOB '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]' AND ("@c12") < '24' THEN ("@c12") || '.000000' WHEN regexp_full_match(("@c12"), '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?') THEN left(("@c12") || '00000', 15) END

--   bad
((CASE WHEN ("@c12") GLOB '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]' AND ("@c12") < '24' THEN ("@c12") || '.000000' WHEN regexp_full_match(("@c12"), '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?') THEN left(("@c12") || '00000', 15) END IS NULL) <> (coalesce(("@c12"), '') = ''))

-- duckdb c8
CASE WHEN regexp_full_match(("@c13"), '([0-9A-Fa-f]{2})+') THEN unhex(("@c13")) END

--   bad
((CASE WHEN regexp_full_match(("@c13"), '([0-9A-Fa-f]{2})+') THEN unhex(("@c13")) END IS NULL) <> (coalesce(("@c13"), '') = ''))

-- duckdb c9
sha256((SELECT "outer" FROM "@hmac_key") || unhex(sha256((SELECT "inner" FROM "@hmac_key") || encode((("@c14"))))))

--   bad
false

-- duckdb c11
CAST(NULL AS BIGINT)

--   bad
false

-- duckdb _load_id
"_load_id"

--   bad
false

-- duckdb _line
"_line"

--   bad
false

-- spark, as a plan
{
  "version": 1,
  "job": "qlik_load",
  "dataset": "edw_every",
  "attempt": "00000000000000000000",
  "dialect": "spark",
  "inputs": [
    {
      "kind": "csv",
      "relation": "@text",
      "fields": 15,
      "format": {
        "fieldDelimiter": ",",
        "quoteChar": "\"",
        "escapeChar": "",
        "nullValue": ""
      },
      "header": [
        "header__change_seq",
        "header__change_oper",
        "header__timestamp",
        "header__change_mask",
        "C0",
        "C1",
        "C2",
        "C3",
        "C4",
        "C5",
        "C6",
        "C7",
        "C8",
        "C9",
        "C10"
      ],
      "objects": [
        {
          "loadId": 7,
          "uri": "file:///in/LOAD1.csv.gz",
          "size": 100,
          "tag": "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        }
      ],
      "unpackLimit": 68719476736
    },
    {
      "kind": "key",
      "relation": "@hmac_key",
      "id": "0123456789ab"
    }
  ],
  "steps": [],
  "outputs": [
    {
      "name": "history",
      "relation": "@typed",
      "columns": [
        {
          "name": "c0",
          "id": 101,
          "type": "BIGINT"
        }
      ],
      "prefix": "file:///stage/b",
      "notes": {
        "iceberg.schema": "{}"
      },
      "order": [],
      "rows": 2000000,
      "expectedRows": 4,
      "guard": {
        "column": "@misfit"
      }
    }
  ],
  "result": "file:///stage/r.json"
}


-- view
SELECT "@c1" AS "header__change_seq",
  "@c2" AS "header__change_oper",
  CASE WHEN ("@c3") RLIKE '^(?:(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{2}-[0-9]{2}([ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?)?)(?s:(?!.))' THEN try_cast(left(("@c3"), 26) AS TIMESTAMP_NTZ) END AS "header__timestamp",
  CASE WHEN "@c4" IS NOT NULL THEN CAST(filter(array(CASE WHEN upper(substr("@c4", 1, 1)) IN ('1', '3', '5', '7', '9', 'B', 'D', 'F') THEN 101 END, CASE WHEN upper(substr("@c4", 1, 1)) IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F') THEN 102 END, CASE WHEN upper(substr("@c4", 1, 1)) IN ('4', '5', '6', '7', 'C', 'D', 'E', 'F') THEN 103 END, CASE WHEN upper(substr("@c4", 1, 1)) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F') THEN 104 END, CASE WHEN upper(substr("@c4", 4, 1)) IN ('1', '3', '5', '7', '9', 'B', 'D', 'F') THEN 105 END, CASE WHEN upper(substr("@c4", 4, 1)) IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F') THEN 106 END, CASE WHEN upper(substr("@c4", 4, 1)) IN ('4', '5', '6', '7', 'C', 'D', 'E', 'F') THEN 107 END, CASE WHEN upper(substr("@c4", 4, 1)) IN ('8', '9', 'A', 'B', 'C', 'D', 'E', 'F') THEN 108 END, CASE WHEN upper(substr("@c4", 3, 1)) IN ('1', '3', '5', '7', '9', 'B', 'D', 'F') THEN 109 END, CASE WHEN upper(substr("@c4", 3, 1)) IN ('2', '3', '6', '7', 'A', 'B', 'E', 'F') THEN 110 END, CASE WHEN upper(substr("@c4", 3, 1)) IN ('4', '5', '6', '7', 'C', 'D', 'E', 'F') THEN 111 END), id -> id IS NOT NULL) AS ARRAY<INT>) END AS "header__change_mask",
  CASE WHEN ("@c5") RLIKE '^(?:[+-]?([0-9]+([.]0*)?|[.]0+))(?s:(?!.))' THEN try_cast(try_cast(("@c5") AS DECIMAL(38,0)) AS BIGINT) END AS "c0",
  ("@c6") AS "c1",
  CASE WHEN ("@c7") RLIKE '^(?:[+-]?([0-9]+([.][0-9]{0,10}0*)?|[.][0-9]{1,10}0*))(?s:(?!.))' THEN try_cast(("@c7") AS DECIMAL(38,10)) END AS "c2",
  CASE WHEN ("@c8") RLIKE '^(?:[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?)(?s:(?!.))' THEN CASE WHEN abs(try_cast(("@c8") AS DOUBLE)) < CAST('Infinity' AS DOUBLE) THEN try_cast(("@c8") AS DOUBLE) END WHEN ("@c8") RLIKE '^(?:[+-]?[nN][aA][nN])(?s:(?!.))' THEN CAST('NaN' AS DOUBLE) WHEN ("@c8") RLIKE '^(?:[+-]?[iI][nN][fF]([iI][nN][iI][tT][yY])?)(?s:(?!.))' THEN CAST(CASE WHEN ("@c8") LIKE '-%' THEN '-Infinity' ELSE 'Infinity' END AS DOUBLE) END AS "c3",
  CASE WHEN ("@c9") = '1' THEN true WHEN ("@c9") = '0' THEN false WHEN ("@c9") RLIKE '^(?:[tT]|[tT][rR][uU][eE]|[yY])(?s:(?!.))' THEN true WHEN ("@c9") RLIKE '^(?:[fF]|[fF][aA][lL][sS][eE]|[nN])(?s:(?!.))' THEN false END AS "c4",
  CASE WHEN ("@c10") RLIKE '^(?:(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{2}-[0-9]{2})(?s:(?!.))' THEN try_cast(("@c10") AS DATE) END AS "c5",
  CASE WHEN ("@c11") RLIKE '^(?:(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{2}-[0-9]{2}([ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?)?)(?s:(?!.))' THEN try_cast(left(("@c11"), 26) AS TIMESTAMP_NTZ) END AS "c6",
  CASE WHEN ("@c12") RLIKE '^(?:([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?)(?s:(?!.))' THEN left(concat(("@c12"), if(length(("@c12")) = 8, '.000000', '00000')), 15) END AS "c7",
  CASE WHEN ("@c13") RLIKE '^(?:([0-9A-Fa-f]{2})+)(?s:(?!.))' THEN unhex(("@c13")) END AS "c8",
  sha2((SELECT "outer" FROM "@hmac_key") || unhex(sha2((SELECT "inner" FROM "@hmac_key") || encode((("@c14")), 'UTF-8'), 256)), 256) AS "c9",
  CAST(NULL AS BIGINT) AS "c11",
  "_load_id" AS "_load_id",
  "_line" AS "_line",
  "@c1", "@c2", "@c3", "@c4", "@c5", "@c6", "@c7", "@c8", "@c9", "@c10", "@c11", "@c12", "@c13", "@c14", "@c15"
FROM "@text" t

-- view
SELECT "header__change_seq", "header__change_oper", "header__timestamp", "header__change_mask", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c11", "_load_id", "_line",
  CASE WHEN NOT coalesce("header__change_seq" RLIKE '^(?:[0-9]{35})(?s:(?!.))', false) THEN 0
    WHEN coalesce("header__change_oper", '') NOT IN ('I', 'U', 'D', 'B', 'T') THEN 1
    WHEN (("header__timestamp" IS NULL) <> (coalesce(("@c3"), '') = '')) THEN 2
    WHEN NOT coalesce("@c4" RLIKE '^(?:([0-9A-Fa-f]{2})*)(?s:(?!.))', true) THEN 3
    WHEN (("c0" IS NULL) <> (coalesce(("@c5"), '') = '')) OR (("c0") IS NULL AND "@c2" = 'I') THEN 4
    WHEN false OR coalesce(contains("@c6", chr(0)), false) THEN 5
    WHEN (("c2" IS NULL) <> (coalesce(("@c7"), '') = '')) THEN 6
    WHEN (("c3" IS NULL) <> (coalesce(("@c8"), '') = '')) THEN 7
    WHEN (("c4" IS NULL) <> (coalesce(("@c9"), '') = '')) THEN 8
    WHEN (("c5" IS NULL) <> (coalesce(("@c10"), '') = '')) THEN 9
    WHEN (("c6" IS NULL) <> (coalesce(("@c11"), '') = '')) THEN 10
    WHEN (("c7" IS NULL) <> (coalesce(("@c12"), '') = '')) THEN 11
    WHEN (("c8" IS NULL) <> (coalesce(("@c13"), '') = '')) THEN 12 END AS "@misfit"
FROM "@typed_values" v

-- write
history

-- receipt
SELECT "_load_id" AS load, count(*) AS rows, min("_line") AS lowest, max("_line") AS highest
FROM "history" GROUP BY "_load_id" ORDER BY "_load_id"
