/** The vendor's own `.dfm` files, where they are at hand: never part of this repository. */
import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { contractFromDfm, headerDifference, missingHeaderColumns, parseDfm, parseObjectKey } from '../../src/index.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../../../shared/samples/cubic/ods_qlik');
/** Says so instead of passing silently. */
const onSamples = existsSync(FOLDER) ? describe : describe.skip;

const FILES = [
  'EDW.SAMPLE/LOAD1.dfm',
  'EDW.SAMPLE/LOAD2.dfm',
  'EDW.SAMPLE__ct/20211201-112233444.dfm',
  'EDW.SAMPLE__ct/20211201-122433444.dfm',
];
const read = (file: string) => {
  const object = parseObjectKey(file)!;
  return { object, dfm: parseDfm(readFileSync(path.join(FOLDER, file), 'utf8'), file, object) };
};

onSamples("the vendor's samples in ../shared/samples", () => {
  it.each(FILES)('%s is read: times unknown, comma, quotes doubled, empty is NULL', (file) => {
    const { dfm } = read(file);
    expect(dfm).toMatchObject({
      source: { schema: 'EDW', table: 'SAMPLE' },
      tableVersion: 1,
      startWrite: null,
      endWrite: null,
      firstTransaction: null,
      lastTransaction: null,
      format: { fieldDelimiter: ',', quoteChar: '"', escapeChar: '', nullValue: '' },
    });
  });

  it('announce rows and columns as their files have them', () => {
    const own = ['SAMPLE_ID', 'SAMPLE_NAME', 'EDW_INSERTED_DTM', 'EDW_UPDATED_DTM'];
    const [first, second, ...changes] = FILES.map((file) => read(file).dfm);
    expect([first?.recordCount, second?.recordCount]).toEqual([2, 1]);
    expect(headerDifference(first!, own)).toBeUndefined();
    for (const dfm of changes) {
      expect(dfm.recordCount).toBe(2);
      expect(missingHeaderColumns(dfm)).toEqual([]);
      expect(
        headerDifference(dfm, ['header__change_seq', 'header__change_oper', 'header__timestamp', ...own]),
      ).toBeUndefined();
    }
  });

  it('give a contract with the key of the snapshot', () => {
    expect(contractFromDfm(FILES.map(read))).toMatchObject({
      dataset: 'edw_sample',
      key: ['sample_id'],
      columns: [
        { id: 101, name: 'sample_id', type: 'bigint' },
        { id: 102, name: 'sample_name', type: 'string' },
        { id: 103, name: 'edw_inserted_dtm', type: 'timestamp' },
        { id: 104, name: 'edw_updated_dtm', type: 'timestamp' },
      ],
    });
  });
});
