/** Which of the delivered `.dfm` files a first contract is drafted from, and where its key comes from. */
import { describe, expect, it, test } from '@jest/globals';
import { contractFromDfm, headerDifference, parseDfm, parseObjectKey, tellingDfm } from '../src/index.ts';
import { CHANGE_HEADER, dfmText } from './support/dfm-text.ts';
import { thrownBy } from './support/thrown.ts';

const delivered = (
  path: string,
  tableVersion: number,
  columns: readonly string[],
  keyColumns: readonly string[] = [],
) => {
  const described = columns.map((name) => ({ name, primaryKeyPos: keyColumns.indexOf(name) + 1 }));
  const text = dfmText({ columns: described, dataInfo: { tableVersion } });
  return { object: parseObjectKey(`${path}.dfm`)!, dfm: parseDfm(text, path) };
};
const SNAPSHOT = 'EDW.X/LOAD00000001';
const CHANGES = 'EDW.X__ct/20211201-112233444';
const LATER = 'EDW.X__ct/20211202-112233444';

describe('the telling .dfm', () => {
  test.each([
    ['the highest table version', [delivered(SNAPSHOT, 1, ['A']), delivered(CHANGES, 2, ['A'])], CHANGES],
    ['of one version a snapshot', [delivered(CHANGES, 1, ['A']), delivered(SNAPSHOT, 1, ['A'])], SNAPSHOT],
    ['else the latest', [delivered(LATER, 1, ['A']), delivered(CHANGES, 1, ['A'])], LATER],
  ])('is %s', (_, files, path) => {
    expect(tellingDfm(files)).toBe(files.find(({ object }) => path.endsWith(object.stem)));
    expect(tellingDfm(files.toReversed())).toBe(tellingDfm(files));
  });
});

describe('a contract from .dfm files', () => {
  it('leaves header columns out and takes the key in its order', () => {
    const contract = contractFromDfm([delivered(CHANGES, 1, [...CHANGE_HEADER, 'A', 'B', 'C'], ['C', 'A'])]);
    expect(contract.columns.map((column) => column.name)).toEqual(['a', 'b', 'c']);
    expect(contract.key).toEqual(['c', 'a']);
  });

  it('takes the key of another .dfm where the telling one names none', () => {
    const files = [delivered(SNAPSHOT, 1, ['A', 'B'], ['A']), delivered(CHANGES, 2, [...CHANGE_HEADER, 'A', 'B', 'C'])];
    expect(contractFromDfm(files).key).toEqual(['a']);
  });

  it('has no key where the old one is gone', () => {
    const files = [delivered(SNAPSHOT, 1, ['A', 'B'], ['A']), delivered(CHANGES, 2, [...CHANGE_HEADER, 'B'])];
    expect(contractFromDfm(files).key).toEqual([]);
  });

  it('has the key and the rules it is told', () => {
    const options = { key: ['B'], cdc: { updateImage: 'full', beforeImage: 'partial' } } as const;
    const contract = contractFromDfm([delivered(SNAPSHOT, 1, ['A', 'B'], ['A'])], options);
    expect(contract).toMatchObject({ key: ['b'], cdc: options.cdc });
  });

  it('needs at least one .dfm', () => {
    expect(thrownBy(() => contractFromDfm([]))).toMatchObject({ code: 'nothing-delivered' });
  });
});

describe('a header line', () => {
  const { dfm } = delivered(SNAPSHOT, 1, ['A', 'B']);
  test.each([
    [['A', 'B'], undefined],
    [['A'], 'the header has 1 columns, the .dfm announces 2'],
    [['A', 'B', 'C'], 'the header has 3 columns, the .dfm announces 2'],
    [['A', 'b'], 'column 2 of the header is "b", the .dfm announces "B"'],
    [['B', 'A'], 'column 1 of the header is "B", the .dfm announces "A"'],
    [['A', ' B'], 'column 2 of the header is " B", the .dfm announces "B"'],
  ])('%j against A, B: %s', (header, difference) => {
    expect(headerDifference(dfm, header)).toBe(difference);
  });
});
