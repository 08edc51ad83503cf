/** What the engines are compared on: a snapshot file and a file of changes to it, as the vendor writes them, in a folder. */
import { link, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openEngine } from '@farelake/lake';
import { quoteIdentifier, quoteLiteral } from '@farelake/schema-registry';
import { benchContract, HEADER, loadFile } from '../load-data.ts';

export const TABLE = 'EDW.BENCH_LOAD';

/** Of a table's rows, changed by the second delivery. */
const CHANGED = 0.05;
const CHANGES = '20260301-120000000';
const HEADERS = [
  { name: 'header__change_seq', type: 'STRING' },
  { name: 'header__change_oper', type: 'STRING' },
  { name: 'header__timestamp', type: 'DATETIME' },
];

export interface Delivered {
  /** Folder of the snapshot alone, and of the changes alone. */
  readonly snapshot: string;
  readonly changes: string;
  readonly rows: number;
  readonly changedRows: number;
  /** Bytes of the delivered files. */
  readonly snapshotBytes: number;
  readonly changesBytes: number;
}

/** @param cache where files are kept from one run to the next @param folder of this run */
export async function deliver(cache: string, folder: string, rows: number): Promise<Delivered> {
  const { file, size } = await loadFile(cache, rows);
  const snapshot = path.join(folder, 'snapshot');
  const changes = path.join(folder, 'changes');
  const [whole, changed] = [path.join(snapshot, TABLE), path.join(changes, `${TABLE}__ct`)];
  await mkdir(whole, { recursive: true });
  await mkdir(changed, { recursive: true });
  await link(file, path.join(whole, 'LOAD00000001.csv.gz'));
  await writeFile(path.join(whole, 'LOAD00000001.dfm'), snapshotDfm(rows));
  const target = path.join(changed, `${CHANGES}.csv.gz`);
  const changedRows = await makeChanges(cache, file, Math.floor(rows * CHANGED), target);
  await writeFile(path.join(changed, `${CHANGES}.dfm`), changesDfm(changedRows));
  return { snapshot, changes, rows, changedRows, snapshotBytes: size, changesBytes: (await stat(target)).size };
}

/**
 * Nine of ten change the newest rows, one any row: new amounts, the other columns NULL, as a sparse update has them.
 * @param rows about
 * @returns rows
 */
async function makeChanges(cache: string, file: string, rows: number, target: string): Promise<number> {
  const engine = await openEngine({ tempFolder: path.join(cache, 'spill') });
  const half = `${target}.half`;
  try {
    const names = HEADER.map(quoteIdentifier);
    const values = HEADER.map((name, index) => {
      if (index === 0) return quoteIdentifier(name);
      return name.endsWith('_AMOUNT') ? `'1.2500' AS ${quoteIdentifier(name)}` : `NULL AS ${quoteIdentifier(name)}`;
    });
    const read = `read_csv(${quoteLiteral(file)}, header = true, all_varchar = true, quote = '"', escape = '"')`;
    const [written] = await engine.rows(`COPY (
      SELECT printf('2026030112000000%019d', row_number() OVER (ORDER BY n)) AS "header__change_seq", 'U' AS "header__change_oper",
        '2026-03-01 12:00:00.000000' AS "header__timestamp", ${values.join(', ')}
      FROM (SELECT *, row_number() OVER () AS n, count(*) OVER () AS total FROM (SELECT ${names.join(', ')} FROM ${read}))
      WHERE n > total - ${Math.floor(rows * 0.9)} OR n % ${Math.ceil(1 / (CHANGED * 0.1))} = 1
      ) TO ${quoteLiteral(half)} (FORMAT csv, HEADER, COMPRESSION gzip)`);
    await rename(half, target);
    return Number(written?.['Count']);
  } finally {
    engine.close();
  }
}

const snapshotDfm = (rows: number): string => {
  const dfm = JSON.parse(benchContract(rows).text) as { fileInfo: object };
  return JSON.stringify({ ...dfm, fileInfo: { ...dfm.fileInfo, ...times('2026-03-01 10:00:00') } });
};

function changesDfm(rows: number): string {
  const dfm = JSON.parse(benchContract(rows).text) as {
    fileInfo: object;
    dataInfo: { columns: { ordinal: number; primaryKeyPos: number }[] };
  };
  const { columns } = dfm.dataInfo;
  const headers = HEADERS.map((header) => ({ ...header, length: 0, precision: 0, scale: 0, primaryKeyPos: 0 }));
  return JSON.stringify({
    ...dfm,
    fileInfo: { ...dfm.fileInfo, name: `${CHANGES}.csv`, content: 'changes', ...times('2026-03-01 12:00:00') },
    dataInfo: {
      ...dfm.dataInfo,
      columns: [...headers, ...columns].map((column, index) => ({ ...column, ordinal: index + 1 })),
    },
  });
}

const times = (at: string) => ({
  ...{ startWriteTimestamp: at, endWriteTimestamp: at, firstTransactionTimestamp: at, lastTransactionTimestamp: at },
});
