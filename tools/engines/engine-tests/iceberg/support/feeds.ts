/** What comes in, in two parts: the sample feed, a set of DMAP, a topic, and two tables made for these tests. */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatContract } from '@farelake/schema-registry';
import { REPOSITORY } from '../../../../../packages/cli/test/support/command.ts';
import { deliverDataset, issued, setContract } from '../../../../../packages/ingest/test/support/datasets.ts';
import { Delivery, seq, type Cell, type Column } from '../../../../../packages/ingest/test/support/delivery.ts';
import { addContract, editContract, type IcebergHome } from './home.ts';

const SAMPLES = path.join(REPOSITORY, 'sample_data');

/** Source type, and the texts of rows: least, greatest, odd; all have a NULL, too. */
const TYPES: readonly (readonly [Omit<Column, 'name'>, readonly [string, string, string]])[] = [
  [{ type: 'BOOLEAN' }, ['0', '1', 'TRUE']],
  [{ type: 'INT8' }, ['-9223372036854775808', '9223372036854775807', '9007199254740993']],
  [{ type: 'UINT8' }, ['0', '18446744073709551615', '9007199254740991']],
  [{ type: 'NUMERIC', precision: 5, scale: 2 }, ['-999.99', '999.99', '.5']],
  [{ type: 'NUMERIC', precision: 19, scale: 4 }, ['-999999999999999.9999', '999999999999999.9999', '2.40']],
  [{ type: 'NUMERIC', precision: 38, scale: 10 }, [`-${'9'.repeat(28)}.9999999999`, '0.0000000001', '-1']],
  [
    { type: 'NUMERIC', precision: 38, scale: 38 },
    [`-.${'9'.repeat(38)}`, `.${'9'.repeat(38)}`, `.${'1'.padStart(38, '0')}`],
  ],
  [{ type: 'REAL8' }, ['-inf', 'inf', 'nan']],
  [{ type: 'REAL8' }, ['-1.7976931348623157e308', '5e-324', '0.1']],
  [{ type: 'DATE' }, ['0001-01-01', '9999-12-31', '1969-12-31']],
  [{ type: 'DATETIME' }, ['0001-01-01 00:00:00', '9999-12-31 23:59:59.999999', '1969-12-31 23:59:59.999999']],
  [{ type: 'TIME' }, ['00:00:00', '23:59:59.9999999', '01:02:03.5']],
  [{ type: 'WSTRING' }, ['', '🔥é\n"quoted", \\ %20', 'x'.repeat(300)]],
  [{ type: 'BYTES' }, ['00', 'fF'.repeat(40), '']],
];
const TYPED: readonly Column[] = [
  { name: 'ID', type: 'INT4', key: 1 },
  ...TYPES.map(([column], at) => ({ name: `C${at}`, ...column })),
];
const typedRows: Cell[][] = [
  ...[0, 1, 2].map((row) => [String(row), ...TYPES.map(([, texts]) => texts[row]!)]),
  ['3', ...TYPES.map(() => null)],
];

const GROWING: readonly Column[] = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'AMOUNT', type: 'NUMERIC', precision: 10, scale: 2 },
  { name: 'NOTE', type: 'STRING' },
];
const GROWN: readonly Column[] = [
  GROWING[0]!,
  { name: 'AMOUNT', type: 'NUMERIC', precision: 20, scale: 2 },
  GROWING[2]!,
  { name: 'EXTRA', type: 'DATETIME' },
];

const SET = setContract('agg_trips', [{ name: 'n', type: 'bigint' }, { name: 'note' }]);
/** Lines of recorded events that come first. */
const FIRST_EVENTS = 12;
/** Change files of each table that come later. */
const LATER = 2;

/** @param folder where deliveries are put */
export async function ingestFirst(home: IcebergHome, folder: string): Promise<void> {
  await deliverSamples(folder, (stems) => stems.slice(0, -LATER));
  // Small segments, so that there are files to pass over.
  await editContract(home, 'qlik/edw_fare_transaction.json', (one) => ({ ...one, layout: { segmentRows: 1000 } }));
  await addContract(home, 'dmap/dmap_agg_trips.json', formatContract(SET));
  await deliverTrips(folder, ['a', 'b'], 1);
  const typed = new Delivery(path.join(folder, 'cubic/ods_qlik'), 'EDW.TYPED', TYPED);
  await typed.snapshot('LOAD00000001', typedRows);
  const growing = new Delivery(path.join(folder, 'cubic/ods_qlik'), 'EDW.GROWING', GROWING);
  await growing.snapshot('LOAD00000001', [
    ['1', '99999999.99', 'a'],
    ['2', '-0.01', null],
  ]);
  for (const table of ['EDW.TYPED', 'EDW.GROWING']) await home.run('table', 'add', table, '--from', folder, '--yes');
  await home.run('ingest', folder);
  await replayEvents(home, folder, (lines) => lines.slice(0, FIRST_EVENTS));
}

export async function ingestSecond(home: IcebergHome, folder: string): Promise<void> {
  await deliverSamples(folder, (stems) => stems.slice(-LATER));
  await deliverTrips(folder, ['b', 'c'], 2);
  const typed = new Delivery(path.join(folder, 'cubic/ods_qlik'), 'EDW.TYPED', TYPED);
  const image = typedRows[1]!.with(0, '4');
  await typed.changes('20260301-000000000', [
    { seq: seq(1), oper: 'I', row: image },
    { seq: seq(2), oper: 'D', row: typedRows[0]! },
  ]);
  const growing = new Delivery(path.join(folder, 'cubic/ods_qlik'), 'EDW.GROWING', GROWN);
  const row = ['3', '123456789012345678.25', 'c', '9999-12-31 23:59:59.999999'];
  await growing.changes('20260301-000000000', [{ seq: seq(1), oper: 'I', row }], { tableVersion: 2 });
  await home.run('table', 'add', 'EDW.GROWING', '--from', folder, '--yes');
  await home.run('ingest', folder);
  await replayEvents(home, folder, (lines) => lines.slice(FIRST_EVENTS));
}

/** Snapshots, and of each table's change files those that are chosen. */
async function deliverSamples(folder: string, choose: (stems: readonly string[]) => readonly string[]): Promise<void> {
  const tables = 'cubic/ods_qlik';
  for (const name of await readdir(path.join(SAMPLES, tables))) {
    const files = await readdir(path.join(SAMPLES, tables, name));
    const stems = [...new Set(files.map((file) => file.split('.')[0]!))].sort();
    const chosen = name.endsWith('__ct') ? choose(stems) : stems;
    await mkdir(path.join(folder, tables, name), { recursive: true });
    for (const file of files.filter((one) => chosen.includes(one.split('.')[0]!)))
      await cp(path.join(SAMPLES, tables, name, file), path.join(folder, tables, name, file));
  }
}

async function deliverTrips(folder: string, ids: readonly string[], issue: number): Promise<void> {
  for (const datasetId of ids)
    await deliverDataset(folder, 'agg_trips', {
      ...{ datasetId, lastUpdated: issued(issue) },
      text: `n,note\n${issue},${datasetId}\n,\n`,
    });
}

async function replayEvents(
  home: IcebergHome,
  folder: string,
  choose: (lines: readonly string[]) => readonly string[],
): Promise<void> {
  const lines = (await readFile(path.join(SAMPLES, 'taps/events.jsonl'), 'utf8')).trimEnd().split('\n');
  const file = path.join(folder, '..', 'events.jsonl');
  await writeFile(file, `${choose(lines).join('\n')}\n`);
  await home.run('taps', 'replay', file);
}
