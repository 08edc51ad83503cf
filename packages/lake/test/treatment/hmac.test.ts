/** The keyed hash: RFC 4231's own cases, and the same value from SQL and from TypeScript for every type there is. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import fc from 'fast-check';
import {
  hmacSql,
  parseLogicalType,
  parseSql,
  quoteLiteral,
  typeNames,
  type LogicalType,
} from '@farelake/schema-registry';
import { runs } from '../../../../jest.property.ts';
import {
  hmacOf,
  openEngine,
  openHmacKey,
  registerHmacKey,
  type Engine,
  type HashableValue,
  type HmacKey,
} from '../../src/index.ts';
import { testFolder } from '../support/folder.ts';

const SECRET = 'a key of a test, long enough to be one';
const key = openHmacKey(Buffer.from(SECRET));
const folder = testFolder();
let engine: Engine;

beforeAll(async () => {
  engine = await openEngine({ tempFolder: folder, threads: 1 });
  await registerHmacKey(engine, key);
});
afterAll(() => {
  engine.close();
});

/** Hashes of delivered texts as a load computes them: parsed, typed, hashed. */
async function hashesInSql(type: LogicalType, texts: readonly (string | null)[]): Promise<unknown[]> {
  const { connection } = engine;
  await connection.run('CREATE OR REPLACE TEMP TABLE delivered (line INTEGER, text VARCHAR)');
  const appender = await connection.createAppender('delivered');
  texts.forEach((text, line) => {
    appender.appendInteger(line);
    if (text === null) appender.appendNull();
    else appender.appendVarchar(text);
    appender.endRow();
  });
  appender.closeSync();
  const { value, bad } = parseSql(type, 'text', { dialect: 'duckdb', emptyIsNull: false });
  const rows = await engine.rows(`SELECT ${hmacSql(type, value)} AS hash, ${bad} AS bad FROM delivered ORDER BY line`);
  expect(rows.map((row) => row['bad'])).not.toContain(true);
  return rows.map((row) => row['hash']);
}

test.each([
  ['0b'.repeat(20), '4869205468657265', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    '4a656665',
    '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'aa'.repeat(131),
    '54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
])('RFC 4231: key %s', async (secret, message, expected) => {
  const other = openHmacKey(Buffer.from(secret, 'hex'));
  expect(other.hash(Buffer.from(message, 'hex'))).toBe(expected);
  await registerHmacKey(engine, other);
  const [row] = await engine.rows(`SELECT ${hmacSql({ kind: 'binary' }, `unhex('${message}')`)} AS hash`);
  await registerHmacKey(engine, key);
  expect(row?.['hash']).toBe(expected);
});

const digits = (count: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count }).map((all) => all.join(''));

const decimals = (precision: number, scale: number) =>
  fc
    .tuple(fc.boolean(), digits(precision - scale), digits(scale))
    .map(([minus, whole, part]) => `${minus ? '-' : ''}${whole}${scale === 0 ? '' : `.${part}`}`);

const dates = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());

const seconds = fc.tuple(dates, fc.option(digits(6), { nil: undefined })).map(([iso, part]) => ({
  day: iso.slice(0, 10),
  time: `${iso.slice(11, 19)}${part === undefined ? '' : `.${part}`}`,
}));

/** Text without lone surrogates, which no UTF-8 file can deliver; NUL and a byte order mark in front are in. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom('\0', '\uFEFF', '\u0301', 'é', 'ß', '漢', '🚋', "'", '"', '\\', '\n'),
    maxLength: 20,
  }),
  fc.integer({ min: 1, max: 40 }).map((n) => 'long '.repeat(n * 5000)),
);

const CASES: Record<string, fc.Arbitrary<string>> = {
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  'decimal(5,0)': decimals(5, 0),
  'decimal(10,2)': decimals(10, 2),
  'decimal(4,4)': decimals(4, 4),
  'decimal(19,4)': decimals(19, 4),
  'decimal(38,0)': decimals(38, 0),
  'decimal(38,10)': decimals(38, 10),
  'decimal(38,38)': decimals(38, 38),
  date: seconds.map(({ day }) => day),
  timestamp: seconds.map(({ day, time }) => `${day} ${time}`),
  time: seconds.map(({ time }) => time),
  string: texts,
  binary: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('hex')),
};

/** The value that a delivered text stands for, as TypeScript has it. */
const valueOf = (type: LogicalType, text: string): HashableValue =>
  type.kind === 'binary' ? Buffer.from(text, 'hex') : type.kind === 'bigint' ? BigInt(text) : text;

describe('SQL and TypeScript give one hash', () => {
  test.each(Object.entries(CASES))('%s', async (name, texts) => {
    const type = parseLogicalType(name);
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 60 }), async (delivered) => {
        const expected = delivered.map((text) => hmacOf(key, type, valueOf(type, text)));
        expect(await hashesInSql(type, delivered)).toEqual(expected);
      }),
      runs(25),
    );
  });

  test('one value has one hash, however a file writes it; other values have others', async () => {
    const type = parseLogicalType('decimal(10,2)');
    const hashes = await hashesInSql(type, ['1', '01.0', '+1.00', '1.000', '-0', '0', '1.01']);
    expect(new Set(hashes.slice(0, 4))).toEqual(new Set([hmacOf(key, type, '1')]));
    expect(hashes[4]).toBe(hashes[5]);
    expect(new Set(hashes).size).toBe(3);
  });
});

test('NULL stays NULL, the empty text has a hash', async () => {
  const type = parseLogicalType('string');
  expect(await hashesInSql(type, [null, ''])).toEqual([null, key.hash(Buffer.alloc(0))]);
  expect(hmacOf(key, type, null)).toBeNull();
});

test('of what is no value of the type there is no hash, and nothing of it in the error', () => {
  for (const [name, value] of [
    ['bigint', '12secret'],
    ['decimal(10,2)', '1.234'],
    ['decimal(10,2)', '.'],
    ['date', '2026-1-1'],
    ['timestamp', '2026-01-01T00:00:00'],
    ['time', '12:00'],
    ['double', '1'],
    ['boolean', 'true'],
    ['binary', 'ff'],
  ] as const) {
    const attempt = () => hmacOf(key, parseLogicalType(name), value);
    expect(attempt).toThrow(expect.objectContaining({ code: 'not-hashable' }));
    expect(attempt).not.toThrow('secret');
  }
});

test('an empty decimal of a few digits is none', () => {
  expect(() => hmacOf(key, parseLogicalType('decimal(3,0)'), '')).toThrow('has a keyed hash');
});

describe('the key', () => {
  const shown = (other: HmacKey) => [inspect(other, { depth: 9, showHidden: true }), JSON.stringify(other)];

  test('shows nothing of itself, and has an id that tells it from others', () => {
    for (const text of shown(key)) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(Buffer.from(SECRET).toString('hex'));
    }
    expect(key.id).toMatch(/^[0-9a-f]{12}$/);
    expect(openHmacKey(Buffer.from(SECRET)).id).toBe(key.id);
    expect(openHmacKey(Buffer.from(`${SECRET}.`)).id).not.toBe(key.id);
  });

  test('is in no error of the engine', async () => {
    const { inner } = key.halves();
    const sql = `SELECT ${hmacSql({ kind: 'string' }, 'nothing')} FROM delivered WHERE error('x')`;
    const error: unknown = await engine.run(sql).catch((caught: unknown) => caught);
    expect(String(error)).toContain('nothing');
    for (const part of [SECRET, Buffer.from(inner).toString('hex'), Buffer.from(inner).toString('latin1')])
      expect(String(error)).not.toContain(part);
  });

  test('has to be there: without it a load fails instead of writing NULL', async () => {
    const other = await openEngine({ tempFolder: folder, threads: 1 });
    await expect(other.run(`SELECT ${hmacSql({ kind: 'string' }, quoteLiteral('x'))}`)).rejects.toThrow('@hmac_key');
    other.close();
  });

  test('types of engines have nothing to do with it', () => {
    expect(typeNames({ kind: 'time' }).duckdb).toBe(typeNames({ kind: 'string' }).duckdb);
    expect(hmacOf(key, { kind: 'time' }, '04:05:06')).toBe(hmacOf(key, { kind: 'string' }, '04:05:06.000000'));
  });
});
