/** Proves what the names and .dfms of files are taken to say of each other, and what not. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FINDINGS, Findings, NOTES } from '../../src/audit/finding.ts';
import { parseErrorPath } from '../../src/audit/copies.ts';
import { archivePath, parseArchivePath } from '../../src/archive/archive-path.ts';
import { factsOf, gapsIn, judgeSequence } from '../../src/audit/sequence.ts';

const dfm = (fileInfo: object, tableVersion = 1) =>
  JSON.stringify({
    fileInfo: { recordCount: 1, ...fileInfo },
    formatInfo: { options: { fieldDelimiter: ',', nullValue: '', quoteChar: '"', escapeChar: '' } },
    dataInfo: {
      sourceSchema: 'EDW',
      sourceTable: 'X',
      tableVersion,
      columns: [{ ordinal: 1, name: 'ID', type: 'INT4' }],
    },
  });

function judged(files: readonly [name: string, text: string | null, generation?: string][]) {
  const findings = new Findings();
  const facts = files.map(([name, text, generation = null]) =>
    factsOf({ dataset: 'edw_x', objectKey: `cubic/ods_qlik/EDW.X${name}.csv.gz`, generation, dfm: text }),
  );
  judgeSequence(facts, findings);
  return { found: findings.all.map(({ kind, object }) => `${kind} ${object}`), notes: findings.notes() };
}

it.each<[counters: number[], gaps: [number, number][]]>([
  [[], []],
  [[1], []],
  [[3, 1, 2], []],
  [[2], [[1, 1]]],
  [[1, 1, 2, 2], []],
  [
    [1, 4, 6, 6],
    [
      [2, 3],
      [5, 5],
    ],
  ],
  [[0xffffffff], [[1, 0xfffffffe]]],
])('of the counters %j the gaps are %j', (counters, gaps) => {
  expect(gapsIn(counters)).toEqual(gaps);
});

it('gaps are those of a segment and of a snapshot, hexadecimal as Qlik writes them', () => {
  const { found } = judged([
    ['/LOAD00000001', null, 'a'],
    ['/LOAD0000000B', null, 'a'],
    ['/LOAD_1_00000001', null, 'a'],
    ['/LOAD_2_00000002', null, 'a'],
    ['/LOAD00000002', null, 'b'],
    ['/LOAD00000001', null, 'b'],
  ]);
  expect(found.sort()).toEqual(['counter-gap LOAD00000002 to LOAD0000000A', 'counter-gap LOAD_2_00000001']);
});

it('errors at the source are a finding; a count that is none, or a .dfm that cannot be read, is not', () => {
  const { found } = judged([
    ['__ct/20260101-000000000', dfm({ errorCount: 3 })],
    ['__ct/20260101-000000001', dfm({ errorCount: 0 })],
    ['__ct/20260101-000000002', dfm({ errorCount: 'many' })],
    ['__ct/20260101-000000003', '{"fileInfo": {'],
    ['__ct/20260101-000000004', `\uFEFF${dfm({ errorCount: 1 })}`],
  ]);
  expect(found).toEqual([
    'vendor-errors cubic/ods_qlik/EDW.X__ct/20260101-000000000.csv.gz',
    'vendor-errors cubic/ods_qlik/EDW.X__ct/20260101-000000004.csv.gz',
  ]);
});

it('overlapping transactions, lower table versions and contradicting times are notes', () => {
  const times = (first: number, last: number) => ({
    firstTransactionTimestamp: `2026-01-01T00:00:0${first}`,
    lastTransactionTimestamp: `2026-01-01T00:00:0${last}`,
  });
  const { found, notes } = judged([
    // In any order: names tell which comes before.
    ['__ct/20260101-000000009', dfm(times(4, 5), 1)],
    ['__ct/20260101-000000001', dfm(times(0, 2), 2)],
    ['__ct/20260101-000000002', dfm(times(2, 4), 2)],
    ['__ct/20260101-000000003', dfm(times(3, 4), 2)],
    ['__ct/20260101-000000004', dfm({}, 2)],
    ['__ct/20260101-000000008', dfm(times(5, 4), 3)],
  ]);
  expect(found).toEqual([]);
  expect(notes.map(({ kind, examples }) => [kind, examples.map((one) => one.slice(-16, -7))]).sort()).toEqual([
    ['older-columns', ['000000009']],
    ['sent-again', ['000000003']],
    ['times-contradict', ['000000008']],
  ]);
});

it.each(['d41d8cd98f00b204e9800998ecf8427e', 'd41d8cd98f00b204e9800998ecf8427e-12', 'odd/tag %.é'])(
  'the object of a path in the archive and in the error zone is found again (tag %j)',
  (tag) => {
    for (const key of [
      'cubic/ods_qlik/EDW.X/LOAD1.csv.gz',
      'cubic/ods_qlik/EDW.a.csv.gz.b__ct/20260101-000000000.dfm',
    ]) {
      const copy = archivePath(key, tag);
      expect(parseArchivePath(copy)).toEqual({ objectKey: key, tag });
      expect(parseErrorPath(`objects/${copy}`)).toEqual({ objectKey: key, tag });
      expect(parseErrorPath(`objects/${copy}.reason.json`)).toEqual({ objectKey: key, tag });
      expect(parseErrorPath(`rows/${key}/${encodeURIComponent(tag)}-0123456789abcdef0123.jsonl`)).toEqual({
        objectKey: key,
        tag,
      });
    }
  },
);

it.each(['stray', 'objects/x', 'rows/x.jsonl', 'objects/a.csv.gz', 'rows/cubic/x.csv.gz/tag.jsonl', 'x/a.csv.gz.b'])(
  '%j in the error zone is of no object',
  (name) => {
    expect(parseErrorPath(name)).toBeUndefined();
  },
);

it('docs/audit.md lists every kind of finding and note, as the code has them', () => {
  const text = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/audit.md'), 'utf8');
  const plain = (cell: string) => cell.trim().replaceAll(/\\(.)/g, '$1');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` +\|(.*)\|$/gm)].map(([, kind, cells = '']) => [
    kind,
    ...cells.split(/(?<!\\)\|/).map(plain),
  ]);
  expect(rows).toEqual([
    ...Object.entries(FINDINGS).map(([kind, { means, remedy }]) => [kind, means, remedy]),
    ...Object.entries(NOTES),
  ]);
});
