/** A home whose tables several commands can work on: Qlik tables and a topic, with more to come for each whenever it is asked. */
import { expect } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openPool } from '@farelake/db';
import type { Pool } from 'pg';
import { openHome, type Home, type Ran } from '../../../../../packages/cli/test/support/command.ts';
import { Delivery, seq } from '../../../../../packages/ingest/test/support/delivery.ts';
import { tapsContract } from '../../../../../packages/schema-registry/test/taps-contract.ts';

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];
const NOON = Date.UTC(2026, 0, 1, 17);

export interface BusyHome {
  readonly home: Home;
  readonly pool: Pool;
  readonly delivered: string;
  /** Changes of each Qlik table, from number `n` of theirs. */
  deliver(n: number): Promise<void>;
  /** A file of recorded events of the topic: some offsets of each partition, from a first one. */
  events(from: number, count: number): Promise<string>;
  /** Ends well, or the test fails. */
  run(...args: string[]): Promise<Ran>;
  close(): Promise<void>;
}

/** @param tables names like `EDW.X`; each has a snapshot of nine rows */
export async function openBusyHome(tables: readonly string[]): Promise<BusyHome> {
  const home = await openHome({ FARELAKE_HMAC_KEY: '0123456789abcdef'.repeat(4) });
  const delivered = path.join(home.folder, 'delivered');
  const registry = path.join(home.folder, 'registry/kafka');
  await mkdir(registry, { recursive: true });
  await writeFile(path.join(registry, 'taps.json'), JSON.stringify(tapsContract()));
  const pool = openPool(home.databaseUrl, { max: 2 });
  const run = async (...args: string[]): Promise<Ran> => {
    const ran = await home.run(...args);
    expect({ args, code: ran.code, err: ran.code === 0 ? '' : ran.err }).toEqual({ args, code: 0, err: '' });
    return ran;
  };
  for (const table of tables) {
    const rows = Array.from({ length: 9 }, (_, n) => [String(n + 1), 'first']);
    await new Delivery(delivered, table, COLUMNS).snapshot('LOAD00000001', rows, { start: '2026-01-01T00:00:00' });
    await run('table', 'add', table, '--from', delivered, '--yes');
  }
  return {
    ...{ home, pool, delivered, run },
    async deliver(n) {
      const stem = `20260102-${String(n).padStart(9, '0')}`;
      const change = (id: number, at: number) => ({
        seq: seq(10 * n + at),
        oper: 'I',
        row: [String(id), `change ${n}`],
      });
      for (const table of tables)
        await new Delivery(delivered, table, COLUMNS).changes(stem, [change(1 + (n % 9), 1), change(100 + n, 2)], {
          end: '2026-01-02T00:00:00',
        });
    },
    async events(from, count) {
      const lines = [0, 1, 2].map((partition) => {
        const records = Array.from({ length: count }, (_, at) => tapOf(partition, from + at));
        return JSON.stringify({
          eventSource: 'aws:kafka',
          eventSourceArn: 'arn:taps',
          records: { [`taps-${partition}`]: records },
        });
      });
      const file = path.join(home.folder, `events-${from}-${count}.jsonl`);
      await writeFile(file, `${lines.join('\n')}\n`);
      return file;
    },
    close: () => pool.end(),
  };
}

const tapOf = (partition: number, offset: number) => ({
  ...{
    topic: 'taps',
    partition,
    offset,
    timestamp: NOON + offset * 3_600_000,
    timestampType: 'CREATE_TIME',
    headers: [],
  },
  value: Buffer.from(
    JSON.stringify({ tapId: `${partition}-${offset}`, tokenId: `tok-${offset % 7}`, stopId: '70061', deviceId: 'V-7' }),
  ).toString('base64'),
});
