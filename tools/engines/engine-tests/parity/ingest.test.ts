/**
 * `farelake ingest` on Spark and on DuckDB: two deliveries of an invented table, the second with late changes, give the same history and the
 * same table, whoever loads and folds. A file that does not fit is refused in DuckDB's words on both.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { runFarelake } from '../kafka/support/farelake.ts';

const SAMPLES = path.resolve(import.meta.dirname, '../../../../sample_data/cubic/ods_qlik');
const TABLE = 'EDW.SAMPLE_TRIPS';
const python = process.env['FARELAKE_TEST_PYSPARK'];
const folder = mkdtempSync(path.join(os.tmpdir(), 'farelake-parity-'));

const variables = (engine: string) => ({
  FARELAKE_HOME: path.join(folder, engine, 'home'),
  FARELAKE_REGISTRY: path.join(folder, engine, 'registry'),
  FARELAKE_PYTHON: python ?? '',
  FARELAKE_SPARK_MASTER: 'local[2]',
  FARELAKE_SPARK_MEMORY: '1g',
});

/** One table of the sample, its changes in two deliveries: the earlier half of them comes last. */
function deliver(): { table: string; first: string; second: string } {
  const tables = readdirSync(SAMPLES).filter(
    (name) => !name.endsWith('__ct') && readdirSync(SAMPLES).includes(`${name}__ct`),
  );
  const table = tables.includes(TABLE) ? TABLE : (tables[0] ?? '');
  const [first, second] = [path.join(folder, 'first'), path.join(folder, 'second')];
  cpSync(path.join(SAMPLES, table), path.join(first, table), { recursive: true });
  const changes = readdirSync(path.join(SAMPLES, `${table}__ct`)).sort();
  changes.forEach((name, index) => {
    const into = path.join(index < changes.length / 2 ? second : first, `${table}__ct`);
    mkdirSync(into, { recursive: true });
    cpSync(path.join(SAMPLES, `${table}__ct`, name), path.join(into, name));
  });
  return { table, first, second };
}

(python === undefined ? describe.skip : describe)('Spark and DuckDB', () => {
  const { table, first, second } = deliver();
  const view = table.toLowerCase().replace('.', '_');
  const content = new Map<string, string[]>();

  beforeAll(async () => {
    for (const engine of ['duckdb', 'spark']) {
      const run = async (...args: string[]) => {
        const ran = await runFarelake(variables(engine), args);
        if (ran.code > 1) throw new Error(`${args.join(' ')} on ${engine}: ${ran.err}`);
        return ran;
      };
      await run('table', 'add', table, '--from', SAMPLES, '--yes');
      const ends = [await run('ingest', first, '--engine', engine), await run('ingest', second, '--engine', engine)];
      const queries = [
        `SELECT * FROM ${view} ORDER BY ALL`,
        `SELECT * EXCLUDE (_load_id) FROM ${view}_history ORDER BY ALL`,
        `SELECT read, written, quarantined, count(*) AS n FROM ledger.loads GROUP BY ALL ORDER BY ALL`,
      ];
      const answers = [];
      for (const sql of queries) answers.push((await run('query', sql, '--format', 'json')).out);
      const told = JSON.parse((await run('status', '--json')).out) as Record<string, unknown>[];
      const { rows, orphans, conflicts, movesOntoLive, state } = told.find((one) => one['table'] === view) ?? {};
      answers.push(
        JSON.stringify({ rows, orphans, conflicts, movesOntoLive, state, codes: ends.map(({ code }) => code) }),
      );
      const runs = JSON.parse(
        (await run('query', 'SELECT job, state FROM ledger.runs ORDER BY started_at', '--format', 'json')).out,
      ) as object[];
      if (engine === 'spark')
        expect(runs).toEqual(
          expect.arrayContaining([
            { job: 'qlik_load', state: 'finished' },
            { job: 'qlik_fold', state: 'finished' },
          ]),
        );
      else expect(runs).toEqual([]);
      content.set(engine, answers);
    }
  }, 600_000);
  afterAll(async () => {
    for (const engine of ['duckdb', 'spark']) await runFarelake(variables(engine), ['down']);
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['the same table', 0],
    ['the same history', 1],
    ['the same receipts', 2],
    ['the same counts', 3],
  ])('make %s of deliveries out of order', (_, place) => {
    expect(content.get('spark')?.[place]).toEqual(content.get('duckdb')?.[place]);
    expect(content.get('spark')?.[place]?.length).toBeGreaterThan(20);
  });

  it('refuse a file that does not fit, and Spark leaves it to DuckDB to say why', async () => {
    const bad = path.join(folder, 'bad', `${table}__ct`);
    mkdirSync(bad, { recursive: true });
    const [name = ''] = readdirSync(path.join(SAMPLES, `${table}__ct`)).filter((one) => one.endsWith('.csv.gz'));
    const stem = '20991231-235959999';
    cpSync(path.join(SAMPLES, `${table}__ct`, name.replace('.csv.gz', '.dfm')), path.join(bad, `${stem}.dfm`));
    writeFileSync(path.join(bad, `${stem}.csv.gz`), gzipSync('one,line\nof,another,file\n'));
    const ends = [];
    for (const engine of ['duckdb', 'spark']) {
      const { code, out } = await runFarelake(variables(engine), [
        'ingest',
        path.join(folder, 'bad'),
        '--engine',
        engine,
      ]);
      ends.push({ code, said: out.split('\n').filter((line) => line.startsWith('waiting for dfm')) });
    }
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[0]?.said).toHaveLength(1);
  }, 300_000);
});
