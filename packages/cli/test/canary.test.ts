/**
 * Proves that a value which is to be hashed or dropped gets nowhere: not into the ledger, not into stage files, not onto
 * the screen, from good files and from files that are bad in every way we know. Only the delivery and its archive have it.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { closeHomes, openHome, type Home, type Ran } from './support/command.ts';
import { databaseText, folderText } from './support/kept.ts';

afterAll(closeHomes, 60_000);

const KEY = '0123456789abcdef0123456789abcdef';
const CANARY = 'canary4711';

const COLUMNS = [
  { name: 'ID', type: 'INT4' },
  { name: 'CARD', type: 'STRING' },
  { name: 'BORN', type: 'DATE' },
  { name: 'PIN', type: 'STRING' },
  { name: 'FARE', type: 'NUMERIC' },
];
const HEADER = COLUMNS.map(({ name }) => name).join(',');
const GOOD = `1,"${CANARY} ü","2001-02-03","${CANARY}",1.5\n2,"x","2002-02-03","${CANARY}\n${CANARY}",2.5\n`;

const dfm = (table: string, rows: number): string =>
  JSON.stringify({
    fileInfo: { startWriteTimestamp: '2026-01-01T00:00:00', recordCount: rows },
    formatInfo: { options: { fieldDelimiter: ',', nullValue: '', quoteChar: '"', escapeChar: '' } },
    dataInfo: {
      ...{ sourceSchema: 'EDW', sourceTable: table, tableVersion: 1 },
      columns: COLUMNS.map((column, index) => ({
        ...{ ordinal: index + 1, length: 50, precision: 10, scale: 2, primaryKeyPos: index === 0 ? 1 : 0 },
        ...column,
      })),
    },
  });

/** By table: the text of its file, the rows announced, and what the answer has to say. */
const FILES: Record<string, [text: string, rows: number, told: RegExp]> = {
  GOOD: [`${HEADER}\n${GOOD}`, 2, /edw_good +live/],
  VALUE: [`${HEADER}\n1,"x","${CANARY}","y",1\n`, 1, /column BORN: the value \(hidden\) is not YYYY-MM-DD/],
  BESIDE: [`${HEADER}\n1,"${CANARY}",,"${CANARY}",1e9\n`, 1, /column FARE: "1e9" is not/],
  HEADLESS: [`1,${CANARY},,${CANARY},1\n2,x,,y,1\n`, 1, /column 1 of the header is another \(not shown\)/],
  QUOTED: [`1,${CANARY}"${CANARY},,${CANARY},1\n`, 1, /header line cannot be read \(invalid opening quote\)/],
  OPEN: [`${HEADER}\n1,"${CANARY},,"${CANARY}",1\n`, 1, /Line \d|Record \d|A record/],
  FIELDS: [`${HEADER}\n1,${CANARY},,${CANARY},1,${CANARY}\n`, 1, /has 6 fields where 5 are announced/],
  COUNT: [`${HEADER}\n${GOOD}`, 3, /it has 2 rows, the \.dfm announces 3/],
  BYTES: [`${HEADER}\n1,"${CANARY}\u00ff",,"${CANARY}",1\n`, 1, /is not UTF-8/],
};

async function deliver(folder: string): Promise<void> {
  for (const [name, [text, rows]] of Object.entries(FILES)) {
    const table = path.join(folder, `EDW.${name}`);
    await mkdir(table, { recursive: true });
    await writeFile(path.join(table, 'LOAD1.dfm'), dfm(name, rows));
    await writeFile(
      path.join(table, 'LOAD1.csv.gz'),
      gzipSync(Buffer.from(text, name === 'BYTES' ? 'latin1' : 'utf8')),
    );
  }
}

async function contracts(home: Home, folder: string): Promise<void> {
  for (const name of Object.keys(FILES)) {
    expect(await home.run('table', 'add', `EDW.${name}`, '--from', folder, '--yes')).toMatchObject({ code: 0 });
    const file = path.join(home.folder, 'registry', 'qlik', `edw_${name.toLowerCase()}.json`);
    const contract = JSON.parse(await readFile(file, 'utf8')) as { columns: { name: string }[] };
    const treatments: Record<string, object> = {
      ...{ card: { treatment: 'hmac' }, born: { treatment: 'hmac' }, pin: { treatment: 'drop' } },
    };
    const columns = contract.columns.map((column) => {
      const treatment = treatments[column.name];
      return treatment === undefined ? column : { ...column, classification: 'personal', ...treatment };
    });
    await writeFile(file, JSON.stringify({ ...contract, columns, publish: { postgres: true } }));
  }
}

it('of values to be hashed or dropped nothing is told, noted or staged', async () => {
  const home = await openHome({ FARELAKE_HMAC_KEY: KEY });
  const incoming = path.join(home.folder, 'delivered');
  await deliver(incoming);
  await contracts(home, incoming);
  const ran: Ran[] = [];
  for (const args of [
    ['ingest', incoming],
    ['ingest', incoming, '--json'],
    ['status'],
    ['status', '--json'],
    ['query', 'SELECT * FROM edw_good', '--format', 'json'],
    ['query', 'SELECT * FROM edw_good_history', '--format', 'csv'],
  ])
    ran.push(await home.run(...args));
  const output = ran.map(({ out, err }) => `${out}\n${err}`).join('\n');
  for (const [, , told] of Object.values(FILES)) expect(output).toMatch(told);
  const stage = await folderText(path.join(home.folder, 'home', 'stage'));
  expect(stage.parquet).toBe(2);
  const database = await databaseText(home.databaseUrl);
  expect(database.tables).toEqual(expect.arrayContaining(['ledger.loads', 'ledger.files', 'ods.edw_good']));
  const everything = { output, database: database.text, stage: stage.text };
  for (const [where, text] of Object.entries(everything)) {
    expect({ where, found: text.includes(CANARY) }).toEqual({ where, found: false });
    expect({ where, found: text.includes(KEY) }).toEqual({ where, found: false });
  }
  const left = await readdir(path.join(home.folder, 'home'), { recursive: true });
  expect(left.filter((name) => name.endsWith('.csv'))).toEqual([]);
}, 240_000);
