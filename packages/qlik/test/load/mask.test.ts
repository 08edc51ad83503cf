/** The change mask as SQL on DuckDB against the reference in TypeScript, and that it outlives schema changes. */
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import type { DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import type { Contract } from '@farelake/schema-registry';
import { contractFromDfm, parseDfm, parseObjectKey, type Dfm } from '../../src/index.ts';
import { maskBits, maskSql } from '../../src/load/mask.ts';
import { CHANGE_HEADER, dfmText } from '../support/dfm-text.ts';
import { openDuckDb, project } from '../support/project-on-duckdb.ts';
import { runs } from '../../../../jest.property.ts';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await openDuckDb();
});
afterAll(() => {
  connection.closeSync();
});

const changeDfm = (columns: readonly string[]): Dfm => parseDfm(dfmText({ columns }), 'x.dfm');
const contractOf = (dfm: Dfm): Contract =>
  contractFromDfm([{ object: parseObjectKey('EDW.X__ct/20211201-112233444.dfm')!, dfm }]);

/** Ids that each mask names; undefined: it is no mask. */
async function idsOf(contract: Contract, dfm: Dfm, masks: readonly (string | null)[]) {
  const place = dfm.columns.findIndex((column) => column.name === 'header__change_mask');
  const rows = masks.map((mask) => dfm.columns.map((_, index) => (index === place ? mask : 'other')));
  const found = await project(connection, [maskSql(contract, dfm)], rows);
  return found.map(({ values, bad }) => (bad.length > 0 ? undefined : asNumbers(values['header__change_mask'])));
}
const asNumbers = (list: unknown) => (list === null ? null : (list as number[]).map(Number));

describe('maskBits', () => {
  test.each([
    ['', []],
    ['00', []],
    ['01', [0]],
    ['80', [7]],
    ['0001', [8]],
    ['30', [4, 5]],
    ['fF', [0, 1, 2, 3, 4, 5, 6, 7]],
    ['F0000080', [4, 5, 6, 7, 31]],
  ])('of %j are %j', (mask, bits) => {
    expect(maskBits(mask)).toEqual(bits);
  });
});

describe('the SQL of a mask', () => {
  const names = Array.from({ length: 30 }, (_, index) => `C${index}`);
  const dfm = changeDfm([...CHANGE_HEADER, ...names]);
  const contract = contractOf(dfm);

  it('names the columns that maskBits names, for any bytes in either case, cut off or not', async () => {
    const digit = fc.constantFrom(...Array.from('0123456789abcdefABCDEF'));
    const byte = fc.tuple(digit, digit).map((digits) => digits.join(''));
    const mask = fc.array(byte, { maxLength: 7 }).map((bytes) => bytes.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(mask, { freq: 9 }), { minLength: 20, maxLength: 20 }), async (masks) => {
        const expected = masks.map((text) =>
          text === null
            ? null
            : maskBits(text)
                .filter((bit) => bit >= CHANGE_HEADER.length && bit < CHANGE_HEADER.length + names.length)
                .map((bit) => 101 + bit - CHANGE_HEADER.length),
        );
        expect(await idsOf(contract, dfm, masks)).toEqual(expected);
      }),
      runs(60),
    );
  }, 60_000);

  it('tells no mask from one that names no column', async () => {
    expect(await idsOf(contract, dfm, [null, '', '00', '0F'])).toEqual([null, [], [], []]);
  });

  it('takes nothing but hexadecimal bytes', async () => {
    const masks = ['1', '123', '0x', 'GG', ' 01', '01 ', '٠١', "'--"];
    expect(await idsOf(contract, dfm, masks)).toEqual(masks.map(() => undefined));
  });

  it('is NULL where the file has no such column', async () => {
    const without = changeDfm([...CHANGE_HEADER.slice(0, 3), 'A']);
    expect(await idsOf(contractOf(without), without, ['FF'])).toEqual([null]);
  });
});

test('after a change of the schema the same columns give the same ids, through each file’s own ordinals', async () => {
  const old = changeDfm([...CHANGE_HEADER, 'A', 'B', 'C']);
  const contract = contractOf(old);
  const newer = changeDfm(['header__change_seq', 'C', 'NEW', 'header__change_mask', 'B', 'A']);
  const mask = (dfm: Dfm, ...columns: string[]) => {
    const bits = dfm.columns.filter((column) => columns.includes(column.name)).map((column) => column.ordinal - 1);
    const bytes = [0, 0];
    for (const bit of bits) bytes[bit >> 3]! |= 1 << (bit & 7);
    return Buffer.from(bytes).toString('hex');
  };
  for (const [columns, ids] of [
    [['A'], [101]],
    [
      ['C', 'A'],
      [101, 103],
    ],
    [
      ['B', 'C', 'A'],
      [101, 102, 103],
    ],
  ] as const) {
    expect(await idsOf(contract, old, [mask(old, ...columns)])).toEqual([ids]);
    expect(await idsOf(contract, newer, [mask(newer, ...columns, 'NEW', 'header__change_seq')])).toEqual([ids]);
  }
});
