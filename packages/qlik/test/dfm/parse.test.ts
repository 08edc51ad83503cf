/** Reading a `.dfm`: what is taken from it, what is tolerated, and that each fault says where it is. */
import { describe, expect, it, test } from '@jest/globals';
import { parseDfm } from '../../src/index.ts';
import { dfmJson, dfmText, type DfmParts } from '../support/dfm-text.ts';
import { thrownBy } from '../support/thrown.ts';

const X = { schema: 'EDW', table: 'X' };
const parse = (parts?: DfmParts) => parseDfm(dfmText(parts), 'LOAD1.dfm', X);

describe('a good .dfm', () => {
  it('tells source, columns, format, rows and times', () => {
    const dfm = parse({
      columns: ['ID', { name: 'FARE', type: 'NUMERIC', precision: 9, scale: 2, primaryKeyPos: 1 }],
      options: { fieldDelimiter: ';', quoteChar: "'", escapeChar: '\\', nullValue: 'NULL', recordDelimiter: '\r\n' },
      fileInfo: { recordCount: 0, startWriteTimestamp: '2021-12-01 11:22:33.1234567', endWriteTimestamp: null },
      dataInfo: { tableVersion: 7 },
    });
    const none = { length: 0, precision: 0, scale: 0, primaryKeyPos: 0 };
    expect(dfm).toEqual({
      source: X,
      tableVersion: 7,
      columns: [
        { ...none, ordinal: 1, name: 'ID', type: 'STRING' },
        { ...none, ordinal: 2, name: 'FARE', type: 'NUMERIC', precision: 9, scale: 2, primaryKeyPos: 1 },
      ],
      format: { fieldDelimiter: ';', quoteChar: "'", escapeChar: '\\', nullValue: 'NULL' },
      recordCount: 0,
      startWrite: '2021-12-01T11:22:33.123456700',
      endWrite: null,
      firstTransaction: null,
      lastTransaction: null,
    });
  });

  it('may begin with a byte order mark', () => {
    expect(parseDfm(`\uFEFF${dfmText()}`, 'LOAD1.dfm', X)).toEqual(parse());
  });

  it('may have fields that are not known here, at every level', () => {
    const json = dfmJson();
    const more = { later: { deep: [1] } };
    const text = JSON.stringify({
      ...json,
      ...more,
      fileInfo: { ...json.fileInfo, ...more },
      formatInfo: { ...json.formatInfo, options: { ...json.formatInfo.options, ...more } },
      dataInfo: { ...json.dataInfo, columns: json.dataInfo.columns.map((column) => ({ ...column, ...more })) },
    });
    expect(parseDfm(text, 'LOAD1.dfm', X)).toEqual(parse());
  });

  it('gives its columns by ordinal, in whatever order it lists them', () => {
    const columns = [
      { name: 'B', ordinal: 2 },
      { name: 'C', ordinal: 3 },
      { name: 'A', ordinal: 1 },
    ];
    expect(parse({ columns }).columns.map((column) => column.name)).toEqual(['A', 'B', 'C']);
  });

  it('is not believed in name and content', () => {
    expect(parse({ fileInfo: { name: 'of-another.csv', content: 'changes' } })).toEqual(parse());
  });

  it('may say nothing of times, and is of table version 0 without one', () => {
    const empty = { startWriteTimestamp: '', endWriteTimestamp: null, firstTransactionTimestamp: ' ' };
    expect(parse({ fileInfo: empty, dataInfo: { tableVersion: undefined } })).toEqual({ ...parse(), tableVersion: 0 });
  });
});

const FAULTS: [what: string, parts: DfmParts, says: string[]][] = [
  ['no recordCount', { fileInfo: { recordCount: undefined } }, ['$.fileInfo.recordCount', 'is required']],
  ['recordCount as text', { fileInfo: { recordCount: '2' } }, ['$.fileInfo.recordCount', "'2'", 'a whole number']],
  ['a negative recordCount', { fileInfo: { recordCount: -1 } }, ['$.fileInfo.recordCount', 'found -1', '>= 0']],
  ['half a row', { fileInfo: { recordCount: 1.5 } }, ['$.fileInfo.recordCount', 'found 1.5', 'a whole number']],
  [
    'a time as number',
    { fileInfo: { endWriteTimestamp: 5 } },
    ['$.fileInfo.endWriteTimestamp', 'found 5', 'text or null'],
  ],
  [
    'a day that is none',
    { fileInfo: { startWriteTimestamp: '2021-02-30 00:00:00' } },
    ['fileInfo.startWriteTimestamp', "'2021-02-30 00:00:00'", 'allowed is'],
  ],
  ['columns that are no list', { dataInfo: { columns: 'none' } }, ['$.dataInfo.columns', 'a list', "found 'none'"]],
  [
    'two delimiters',
    { options: { fieldDelimiter: ',,' } },
    ['$.formatInfo.options.fieldDelimiter', "',,'", 'one character'],
  ],
  ['no delimiter', { options: { fieldDelimiter: '' } }, ['$.formatInfo.options.fieldDelimiter', 'one character']],
  [
    'a newline as delimiter',
    { options: { fieldDelimiter: '\n' } },
    ['$.formatInfo.options.fieldDelimiter', 'no line break'],
  ],
  ['two quotes', { options: { quoteChar: '""' } }, ['$.formatInfo.options.quoteChar', `'""'`, 'one ASCII character']],
  ['a quote of four bytes', { options: { quoteChar: '🔥' } }, ['$.formatInfo.options.quoteChar', 'ASCII']],
  [
    'an escape that is missing',
    { options: { escapeChar: undefined } },
    ['$.formatInfo.options.escapeChar', 'is required'],
  ],
  [
    'a record delimiter',
    { options: { recordDelimiter: ';' } },
    ['$.formatInfo.options.recordDelimiter', 'none of the allowed values', "';'"],
  ],
  ['NULL with the delimiter', { options: { nullValue: 'a,b' } }, ['nullValue "a,b" holds the fieldDelimiter ","']],
  [
    'NULL with the escape',
    { options: { nullValue: '\\N', escapeChar: '\\' } },
    ['nullValue "\\\\N" holds the escapeChar'],
  ],
  ['a quote that delimits', { options: { quoteChar: ',' } }, ['quoteChar and fieldDelimiter are both ","']],
  ['no columns', { columns: [] }, ['$.dataInfo.columns', 'at least 1 entry']],
  ['a column without name', { columns: ['A', { name: '' }] }, ['$.dataInfo.columns[1].name', 'must not be empty']],
  [
    'a column without type',
    { columns: [{ name: 'A', type: undefined }] },
    ['$.dataInfo.columns[0].type', 'is required'],
  ],
  ['a gap', { columns: ['A', { name: 'B', ordinal: 3 }] }, ['dataInfo.columns', 'not 1 to 2', 'found 3']],
  ['an ordinal twice', { columns: ['A', { name: 'B', ordinal: 1 }] }, ['dataInfo.columns', 'not 1 to 2', 'found 1']],
  ['ordinals from 0', { columns: [{ name: 'A', ordinal: 0 }] }, ['$.dataInfo.columns[0].ordinal', 'found 0', '>= 1']],
  ['a name twice', { columns: ['A', 'B', 'A'] }, ['dataInfo.columns', '"A" stands twice']],
  ['another table', { dataInfo: { sourceTable: 'Y' } }, ['it describes EDW.Y', 'lies with the files of EDW.X']],
  ['another schema', { dataInfo: { sourceSchema: 'ODS' } }, ['it describes ODS.X']],
];

describe('a .dfm with', () => {
  test.each(FAULTS)('%s is refused, with the place', (_, parts, says) => {
    const error = thrownBy(() => parse(parts));
    expect(error).toMatchObject({ code: 'bad-dfm', data: { file: 'LOAD1.dfm' } });
    for (const text of ['LOAD1.dfm cannot be used', ...says]) expect(error.message).toContain(text);
  });

  test.each([[''], ['{'], ['[1,2'], ['<dfm/>'], ['\0']])('text %j is refused as no JSON', (text) => {
    const error = thrownBy(() => parseDfm(text, 'LOAD1.dfm', X));
    expect(error).toMatchObject({ code: 'bad-dfm' });
    expect(error.message).toContain('LOAD1.dfm cannot be used: it is not JSON');
    expect(error.cause).toBeInstanceOf(SyntaxError);
  });

  test.each([['null'], ['[]'], ['"dfm"'], ['{}']])('%s for an object is refused', (text) => {
    expect(thrownBy(() => parseDfm(text, 'LOAD1.dfm', X))).toMatchObject({ code: 'bad-dfm' });
  });

  it('several faults names each of them', () => {
    const { message } = thrownBy(() => parse({ fileInfo: { recordCount: 'x' }, options: { nullValue: 1 } }));
    expect(message).toContain('$.fileInfo.recordCount');
    expect(message).toContain('$.formatInfo.options.nullValue');
  });
});
