/** Spark parses delivered texts as the reference does, which DuckDB is held to as well: thousands of texts of every type in one session. */
import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { GLUE_JOBS } from '@farelake/engines';
import { hmacOf, openHmacKey } from '@farelake/lake';
import { hmacSql, parseLogicalType, parseSql, type LogicalType } from '@farelake/schema-registry';
import { runs } from '../../../../jest.property.ts';
import { EDGES, TYPES } from '../../../../packages/schema-registry/test/types/edges.ts';
import { nearValid } from '../../../../packages/schema-registry/test/types/near-valid.ts';
import { referenceParse } from '../../../../packages/schema-registry/test/types/reference-parser.ts';

interface Asked {
  readonly texts: readonly (string | null)[];
  readonly value: string;
  readonly bad: string;
}
type Answer = [value: string | null, bad: boolean];

const python = process.env['FARELAKE_TEST_PYSPARK'];

async function askSpark(asked: readonly Asked[]): Promise<Answer[][]> {
  const script = path.join(import.meta.dirname, 'support/parse_texts.py');
  const env = { ...process.env, PYTHONPATH: GLUE_JOBS, FARELAKE_SPARK_MASTER: 'local[2]', FARELAKE_SPARK_MEMORY: '1g' };
  const child = spawn(python ?? '', [script], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify(asked));
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(errors);
  return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Answer[][];
}

/** Texts near each type, and near every other; the more, the longer the property runs are asked to be. */
function textsOf(type: LogicalType): (string | null)[] {
  const { numRuns, seed } = runs(25);
  const settings = { numRuns: 40 * numRuns, ...(seed === undefined ? {} : { seed }) };
  const own = fc.sample(nearValid(type), settings);
  const others = fc.sample(fc.oneof(...TYPES.map((name) => nearValid(parseLogicalType(name)))), settings);
  return [...own, ...others, '', null];
}

const shown = (type: LogicalType, value: string): string =>
  type.kind === 'binary' ? `hex(${value})` : `CAST(${value} AS STRING)`;

/** Doubles compare as numbers, told apart by sign of zero too. */
function comparable(type: LogicalType, value: string | null): string | null {
  if (value === null || type.kind !== 'double') return value;
  const number = Number(value);
  return Object.is(number, -0) ? '-0' : String(number);
}

(python === undefined ? describe.skip : describe)('Spark', () => {
  it('gives every text the value that the reference gives it, and finds the same texts bad', async () => {
    const cases = TYPES.flatMap((name) =>
      [true, false].map((emptyIsNull) => {
        const type = parseLogicalType(name);
        const edges = EDGES.filter(([of]) => of === name).map(([, edge]) => edge);
        return { type, emptyIsNull, texts: [...edges, ...textsOf(type)] };
      }),
    );
    const answers = await askSpark(
      cases.map(({ type, emptyIsNull, texts }) => {
        const { value, bad } = parseSql(type, '"the text"', { dialect: 'spark', emptyIsNull });
        return { texts, value: shown(type, value), bad };
      }),
    );
    const wrong = cases.flatMap(({ type, emptyIsNull, texts }, place) =>
      texts.flatMap((one, index) => {
        const [value, bad] = answers[place]?.[index] ?? [null, true];
        const reference = referenceParse(type, one, emptyIsNull);
        const spark = { value: comparable(type, value), bad };
        return spark.value === reference.value && bad === reference.bad
          ? []
          : [{ type, emptyIsNull, one, spark, reference }];
      }),
    );
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(cases.reduce((sum, { texts }) => sum + texts.length, 0)).toBeGreaterThan(10_000);
  });

  it('hashes values as everybody does', async () => {
    const key = openHmacKey(Buffer.from('0123456789abcdef0123456789abcdef'));
    const { inner, outer } = key.halves();
    const hex = (bytes: Uint8Array) => `unhex('${Buffer.from(bytes).toString('hex')}')`;
    // The relation that the job makes; here it is a table of constants.
    const withKey = (sql: string) =>
      sql.replaceAll('"@hmac_key"', `(SELECT ${hex(inner)} AS "inner", ${hex(outer)} AS "outer")`);
    const given: [string, string[]][] = [
      ['bigint', ['0', '-12', '9223372036854775807']],
      ['decimal(10,2)', ['12.5', '-0.05', '0']],
      ['decimal(38,38)', ['.5', '-.00000000000000000000000000000000000001', '0']],
      ['date', ['0001-01-01', '2024-02-29', '9999-12-31']],
      ['timestamp', ['2021-12-01 11:20:30.4', '0001-01-01 00:00:00', '2021-12-01']],
      ['time', ['01:02:03', '23:59:59.999999', '00:00:00.5']],
      ['string', ['é🔥', '\uFEFFx', "it's \\ quoted"]],
      ['binary', ['00ff', '41', 'ABCDEF']],
    ];
    const answers = await askSpark(
      given.map(([name, texts]) => {
        const type = parseLogicalType(name);
        const { value, bad } = parseSql(type, '"the text"', { dialect: 'spark', emptyIsNull: true });
        return { texts, value: withKey(hmacSql(type, value, 'spark')), bad };
      }),
    );
    given.forEach(([name, texts], place) => {
      const type = parseLogicalType(name);
      const expected = texts.map((one) => {
        const { value } = referenceParse(type, one, true);
        if (value === null) throw new Error(`${one} is no ${name}`);
        const bare = type.kind === 'timestamp' && value.length === 10 ? `${value} 00:00:00` : value;
        return hmacOf(key, type, type.kind === 'binary' ? Buffer.from(value, 'hex') : bare);
      });
      expect({ name, hashes: answers[place]?.map(([hash]) => hash) }).toEqual({ name, hashes: expected });
    });
  });
});
