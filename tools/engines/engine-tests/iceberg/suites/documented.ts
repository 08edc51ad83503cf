/** The blocks of docs/iceberg-engines.md, run as they stand; what is fetched over the network there is at hand here. */
import { beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { SPARK_PACKAGES } from '@farelake/engines';
import { openEngine } from '@farelake/lake';
import { REPOSITORY } from '../../../../../packages/cli/test/support/command.ts';
import type { IcebergHome } from '../support/home.ts';
import { installation } from '../support/readers.ts';
import type { AskShared } from './suite.ts';

const PAGE = readFileSync(path.join(REPOSITORY, 'docs/iceberg-engines.md'), 'utf8');

/** The runnable block under a heading. */
function block(heading: string): string {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return /^```\w+ run\n(.*?)^```$/ms.exec(section)?.[1] ?? '';
}

export function documented(shared: AskShared, home: () => IcebergHome): void {
  let now: string;
  let then: string;

  beforeAll(async () => {
    const count = async (...args: string[]): Promise<string> => {
      const [row] = JSON.parse(await home().run('query', ...args, '--format', 'json')) as [{ n: number }];
      return String(row.n);
    };
    now = await count('SELECT count(*) AS n FROM edw_card WHERE stored_value >= 10');
    then = await count('SELECT count(*) AS n FROM edw_card', '--at', '1');
    expect(then).not.toBe(now);
  });

  const lines = async (command: string, args: readonly string[]): Promise<string[]> => {
    const env = { ...process.env, FARELAKE_READER_URL: shared().readers.databaseUrl };
    const { stdout } = await promisify(execFile)(command, args, { env, cwd: REPOSITORY });
    return stdout.trim().split('\n');
  };

  it('PyIceberg', async () => {
    expect(await lines(installation().pyiceberg, ['-c', block('PyIceberg')])).toEqual([now, `1 ${then}`, 'True']);
  });

  it('Spark', async () => {
    const packages = `"spark.jars.packages": "${SPARK_PACKAGES.join(',')}"`;
    expect(block('Spark')).toContain(packages);
    const script = block('Spark').replace(packages, `"spark.jars": "${installation().jars.join(',')}"`);
    expect(await lines(installation().pyspark, ['-c', script])).toEqual([now, `1 ${then}`, 'True']);
  });

  it('DuckDB', async () => {
    const { avro, iceberg, postgres_scanner: postgres } = installation().extensions;
    const engine = await openEngine({ tempFolder: path.join(shared().folder, 'spill'), threads: 1 });
    try {
      for (const file of [avro, iceberg, postgres]) await engine.run(`LOAD '${file}'`);
      const statements = block('DuckDB')
        .replace('FARELAKE_READER_URL', shared().readers.databaseUrl)
        .replaceAll(/\b(INSTALL|LOAD) \w+;/g, '')
        .split(';\n');
      const counts: string[] = [];
      for (const sql of statements.filter((text) => text.trim() !== ''))
        counts.push(...(await engine.rows(sql)).map((row) => String(Object.values(row)[0])));
      expect(counts).toEqual([now, then, then]);
    } finally {
      engine.close();
    }
  });

  it('icebird', async () => {
    const args = ['--input-type=module', '-e', block('icebird')];
    expect(await lines(process.execPath, args)).toEqual([now, `1 ${then}`]);
  });
}
