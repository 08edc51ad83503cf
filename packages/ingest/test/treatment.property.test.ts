/**
 * Proves that hashing changes nothing but values: of the same random deliveries, a table whose key and other columns are
 * hashed has the rows of a table that keeps them, each value replaced by its hash as TypeScript computes it. The keeping
 * table is compared with the interpreter elsewhere.
 */
import fc from 'fast-check';
import { folderStore, hmacOf, openHmacKey } from '@farelake/lake';
import { parseLogicalType, type Contract } from '@farelake/schema-registry';
import { runs } from '../../../jest.property.ts';
import { ingest } from '../src/index.ts';
import { COLUMNS, deliver, isSnapshot } from './support/deliver-stream.ts';
import { Delivery } from './support/delivery.ts';
import { streams } from './support/streams.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

const RUNS = runs(6);
const SECRET = '0123456789abcdef0123456789abcdef';
const KEY = openHmacKey(Buffer.from(SECRET));
const HASHED = ['k1', 'k2', 'b'];

beforeAll(() => {
  process.env['FARELAKE_HMAC_KEY'] = SECRET;
});
afterAll(async () => {
  delete process.env['FARELAKE_HMAC_KEY'];
  await closeWorlds();
}, 120_000);

const hashing = (contract: Contract): Contract => ({
  ...contract,
  columns: contract.columns.map((column) =>
    HASHED.includes(column.name) ? { ...column, classification: 'personal', treatment: 'hmac' } : column,
  ),
});

/** The order of a table is that of its key, which hashing changes. */
const sorted = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

function hashed(contract: Contract, row: Record<string, unknown>): Record<string, unknown> {
  const changed = contract.columns.flatMap(({ name, type }) =>
    HASHED.includes(name) ? [[name, hmacOf(KEY, parseLogicalType(type), row[name] as string | null)] as const] : [],
  );
  return { ...row, ...Object.fromEntries(changed) };
}

async function compare(open: World, closed: World, contract: Contract): Promise<void> {
  const [kept, treated] = [(await open.status())[0]!, (await closed.status())[0]!];
  // Why a table is held names sequences, which are the same.
  expect(treated).toEqual(kept);
  for (const name of ['edw_s', 'edw_s_history']) {
    const expected = (await open.rows(`SELECT * FROM ${name}`)).map((row) => hashed(contract, row));
    expect(sorted(await closed.rows(`SELECT * FROM ${name}`))).toEqual(sorted(expected));
  }
}

it(`hashed tables are kept ones with hashes, on ${RUNS.numRuns} random streams`, async () => {
  await fc.assert(
    fc.asyncProperty(streams, async (stream) => {
      const [open, closed] = [await openWorld(), await openWorld()];
      const delivery = new Delivery(open.delivered, 'EDW.S', COLUMNS);
      await new Delivery(`${open.folder}/draft`, 'EDW.S', COLUMNS).snapshot('LOAD1', []);
      if (!stream.files.some(isSnapshot)) await delivery.snapshot('LOAD1', []);
      const { updateImage, beforeImage } = stream.rules;
      const options = { from: `${open.folder}/draft`, key: stream.rules.key, cdc: { updateImage, beforeImage } };
      const contract = await open.addTable('EDW.S', { ...options, segmentRows: 3 });
      closed.contracts.set('edw_s', hashing(contract));
      for (const batch of [...stream.batches, []]) {
        for (const index of batch) await deliver(delivery, stream, index);
        await open.ingest();
        await ingest(closed, folderStore(open.delivered));
      }
      await compare(open, closed, contract);
      await closeWorlds();
    }),
    { ...RUNS, endOnFailure: true },
  );
}, 900_000);
