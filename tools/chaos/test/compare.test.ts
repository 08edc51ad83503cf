/** Proves that a picture with anything missing, too many or changed is told apart, and counted. */
import { compare, type Picture } from '../src/picture/compare.ts';

const picture = (rows: readonly string[], receipts: readonly string[] = ['a']): Picture =>
  new Map([
    ['rows', rows],
    ['receipts', receipts],
  ]);

it.each<[string, readonly string[], number, number]>([
  ['equal', ['1', '2', '2'], 0, 0],
  ['in another order', ['2', '1', '2'], 0, 0],
  ['one lost', ['1', '2'], 1, 0],
  ['all lost', [], 3, 0],
  ['one twice', ['1', '1', '2', '2'], 0, 1],
  ['one changed', ['1', '2', '3'], 1, 1],
])('%s', (_, rows, lost, repeated) => {
  expect(compare(picture(['1', '2', '2']), picture(rows))).toMatchObject({ lost, repeated });
});

it('a kind that only one side has counts whole, and is named', () => {
  const expected: Picture = new Map([['rows', ['1', '2']]]);
  const { lost, repeated, examples } = compare(expected, new Map([['receipts', ['a']]]));
  expect({ lost, repeated }).toEqual({ lost: 2, repeated: 1 });
  expect(examples).toEqual(['lost of rows: 1', 'lost of rows: 2', 'repeated of receipts: a']);
});
