/**
 * One load in a process of its own, so that its memory is its own: `node load-run.ts <LoadTask as JSON>`. Prints one line
 * of JSON, a `LoadRun`.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { historyColumns, withEngine } from '@farelake/ingest';
import { folderStore, loadPieces, openEngine, PORTION_BYTES, unpack } from '@farelake/lake';
import { headerDifference, projectSnapshot } from '@farelake/qlik';
import { quoteLiteral } from '@farelake/schema-registry';
import { benchContract, engineTypes, type LoadFile } from './load-data.ts';

export interface LoadTask extends LoadFile {
  readonly by: 'gunzip' | 'copy' | 'farelake';
}

export interface LoadRun {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** Bytes; 0: it writes nothing. */
  readonly written: number;
  readonly rows: number;
}

type Written = Pick<LoadRun, 'written' | 'rows'>;
type Contender = (task: LoadTask, folder: string) => Promise<Written>;

const CONTENDERS: Readonly<Record<LoadTask['by'], Contender>> = {
  gunzip: async ({ file }) => {
    const nothing = new Writable({
      write: (_chunk, _encoding, done) => {
        done();
      },
    });
    await pipeline(createReadStream(file), createGunzip({ chunkSize: 1 << 18 }), nothing);
    return { written: 0, rows: 0 };
  },
  copy: async ({ file }, folder) => {
    const engine = await openEngine({ tempFolder: path.join(folder, 'spill') });
    const types = engineTypes().map(([name, type]) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`);
    const target = path.join(folder, 'copy.parquet');
    const [row] = await engine.rows(
      `COPY (SELECT * FROM read_csv(${quoteLiteral(file)}, auto_detect = false, header = true, delim = ',', quote = '"',
       escape = '"', columns = {${types.join(', ')}})) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    engine.close();
    return { written: (await stat(target)).size, rows: Number(row?.['Count']) };
  },
  // As `runBatch` does, without the ledger: read by content hash, unpack to the end, load with the contract's projection.
  farelake: ({ file, rows, contentHash }, scratch) =>
    withEngine({ scratch, signal: new AbortController().signal }, async (engine, folder) => {
      const { dfm, contract } = benchContract(rows);
      const { format } = dfm;
      const loader = loadPieces(engine, {
        ...{ format, fields: dfm.columns.length, columns: projectSnapshot(contract, dfm) },
        parquetFields: historyColumns(contract),
        targetOf: (portion) => path.join(folder, `history-${portion}.parquet`),
      });
      try {
        const source = await folderStore(path.dirname(file)).read(path.basename(file), { tag: contentHash });
        await unpack(source, path.join(folder, '1.csv'), {
          ...{ format, pieceBytes: PORTION_BYTES },
          accept: (header) => headerDifference(dfm, header) === undefined,
          take: (piece) => loader.add({ ...piece, loadId: 1 }),
        });
        const { files, counts } = await loader.finish();
        return { written: files.reduce((sum, { size }) => sum + size, 0), rows: counts.get(1) ?? 0 };
      } finally {
        await loader.close();
      }
    }),
};

async function run(task: LoadTask): Promise<LoadRun> {
  const folder = await mkdtemp(path.join(path.dirname(task.file), 'run-'));
  try {
    const [began, startUp] = [performance.now(), process.cpuUsage()];
    const written = await CONTENDERS[task.by](task, folder);
    const wallSeconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(startUp);
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    return { wallSeconds, cpuSeconds: (user + system) / 1e6, peakBytes, ...written };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as LoadTask))}\n`);
