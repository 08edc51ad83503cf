/** What a Postgres client sees of a published table, compared with what readers of the lake see, in every row. */
import {
  parseLogicalType,
  quoteIdentifier as q,
  storedColumns,
  storedType,
  type Contract,
} from '@farelake/schema-registry';
import type { World } from './world.ts';

type Cell = string | number | null;

/** Both sides' SQL of a value as text that is equal exactly when the values are. */
const TEXTS: Readonly<Record<string, { lake: (x: string) => string; postgres: (x: string) => string }>> = {
  timestamp: {
    lake: (x) => `strftime(${x}, '%Y-%m-%d %H:%M:%S.%f')`,
    postgres: (x) => `to_char(${x}, 'YYYY-MM-DD HH24:MI:SS.US')`,
  },
  binary: { lake: (x) => `lower(hex(${x}))`, postgres: (x) => `encode(${x}, 'hex')` },
};
const plain = (cast: string) => (x: string) => `CAST(${x} AS ${cast})`;

function columnsOf(contract: Contract) {
  const kinds = [
    ...storedColumns(contract).map((column) => ({ name: column.name, kind: storedType(column).kind })),
    { name: 'header__change_seq', kind: parseLogicalType('string').kind },
    { name: 'header__timestamp', kind: parseLogicalType('timestamp').kind },
  ];
  return kinds.map(({ name, kind }) => ({
    name,
    kind,
    lake: `${(TEXTS[kind]?.lake ?? plain('VARCHAR'))(q(name))} AS ${q(name)}`,
    postgres: `${(TEXTS[kind]?.postgres ?? plain('text'))(q(name))} AS ${q(name)}`,
  }));
}

function cell(kind: string, text: unknown): Cell {
  if (text === null || text === undefined) return null;
  const value = text as string;
  if (kind !== 'double') return value;
  return Number(value.replace(/inf(?:inity)?$/i, 'Infinity'));
}

export interface BothSides {
  readonly lake: readonly Record<string, Cell>[];
  readonly postgres: readonly Record<string, Cell>[];
}

/** All rows of a table as the lake shows them and as Postgres does, in the same order. */
export async function bothSides(world: World, { dataset }: Contract): Promise<BothSides> {
  const contract = world.contracts.get(dataset)!;
  const columns = columnsOf(contract);
  const tidy = (rows: readonly Record<string, unknown>[]) =>
    rows
      .map((row) => Object.fromEntries(columns.map(({ name, kind }) => [name, cell(kind, row[name])])))
      .map((row) => ({ row, text: JSON.stringify(row) }))
      .sort((a, b) => (a.text < b.text ? -1 : 1))
      .map(({ row }) => row);
  const lake = await world.rows(`SELECT ${columns.map((column) => column.lake).join(', ')} FROM ${q(dataset)}`);
  const { rows } = await world.pool.query<Record<string, unknown>>(
    `SELECT ${columns.map((column) => column.postgres).join(', ')} FROM ods.${q(dataset)}`,
  );
  return { lake: tidy(lake), postgres: tidy(rows) };
}

/** Fails unless the published table holds just the rows that the lake shows, and is not empty where it need not be. */
export async function expectPublished(world: World, contract: Contract): Promise<void> {
  const { lake, postgres } = await bothSides(world, contract);
  expect(postgres).toEqual(lake);
  const [status] = (await world.status()).filter(({ table }) => table === contract.dataset);
  expect(status).toMatchObject({
    state: 'live',
    publication: { version: status!.version, rows: lake.length, trouble: null },
  });
}

/** The contract says that its table is published. */
export function publish(world: World, contract: Contract): Contract {
  const published = { ...contract, publish: { postgres: true } };
  world.contracts.set(contract.dataset, published);
  return published;
}
