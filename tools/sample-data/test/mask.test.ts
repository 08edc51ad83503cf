import { changeMask, maskLength } from '../src/mask.ts';
import { card } from '../src/tables/card.ts';

/** CARD's change table: four header columns (bits 0 to 3), then CARD_TOKEN at bit 4, and so on. */
test.each<[string[], string]>([
  [[], ''],
  [['CARD_TOKEN'], '10'],
  [['STATUS'], '80'],
  [['RIDER_CLASS'], '0001'],
  [['STORED_VALUE', 'TAP_COUNT', 'LAST_USED_DTM'], '008802'],
  [['BLOCK_REASON'], '000001'],
  [card.columns.map(({ name }) => name), 'F0FF03'],
])('the mask of %j is %j', (columns, mask) => {
  expect(changeMask(card, columns)).toBe(mask);
});

test('a column that the table does not have is refused', () => {
  expect(() => changeMask(card, ['NONE'])).toThrow('CARD has no column NONE');
});

test('a mask with nothing left off has a byte for each eight columns', () => {
  expect(maskLength(card)).toBe(3);
});
