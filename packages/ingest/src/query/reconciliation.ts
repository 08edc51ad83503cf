/**
 * The view that a topic's contract asks for: its records beside what other feeds tell of the same events, by service day and
 * device. Ids and devices are compared as the texts that queries print; the day of the others is that of `serviceDays`.
 */
import { quoteIdentifier as q, quoteLiteral, type Contract, type StreamRules } from '@farelake/schema-registry';
import { shownColumns } from '../columns.ts';

export interface ReconciliationView {
  readonly view: string;
  /** Tables whose views it is made of: first the topic's. */
  readonly reads: readonly string[];
  /** Of the others, those that it is not compared with: no contract, or no such columns in clear. */
  readonly leftOut: readonly string[];
  /** SELECT over the views of these tables. */
  readonly select: string;
}

type Compared = NonNullable<StreamRules['reconciliation']>['with'][number];

/** Of all contracts that ask for one. */
export function reconciliationViews(contracts: readonly Contract[]): ReconciliationView[] {
  const tables = new Map(contracts.map((contract) => [contract.dataset, contract]));
  return contracts.flatMap((contract) => {
    if (contract.stream?.reconciliation === undefined) return [];
    const { view, with: others } = contract.stream.reconciliation;
    const compared = others.filter((other) => isComparable(other, tables.get(other.table)));
    const parts = compared.map((other) => compareSql(contract, contract.stream as StreamRules, other));
    return [
      {
        view,
        reads: [contract.dataset, ...compared.map(({ table }) => table)],
        leftOut: others.filter((other) => !compared.includes(other)).map(({ table }) => table),
        select: parts.length === 0 ? NOTHING : parts.join('\nUNION ALL\n'),
      },
    ];
  });
}

/** Whether it has the columns, none of them hashed, and a time to tell the day by. */
function isComparable({ id, device, at }: Compared, contract: Contract | undefined): boolean {
  if (contract === undefined) return false;
  const shown = new Map(shownColumns(contract).map(({ name, type }) => [name, type]));
  const hashed = contract.columns.filter(({ treatment }) => treatment === 'hmac').map(({ name }) => name);
  return [id, device].every((name) => shown.has(name) && !hashed.includes(name)) && shown.get(at) === 'TIMESTAMP';
}

/** What the view has, in this order; `source` is the name of the other table. */
const COLUMNS = {
  service_date: 'DATE',
  device_id: 'VARCHAR',
  source: 'VARCHAR',
  taps: 'BIGINT',
  transactions: 'BIGINT',
  seen: 'BIGINT',
  missing_taps: 'BIGINT',
  missing_transactions: 'BIGINT',
  taps_twice: 'BIGINT',
  transactions_twice: 'BIGINT',
} as const;

const NOTHING = `SELECT ${Object.entries(COLUMNS)
  .map(([name, type]) => `CAST(NULL AS ${type}) AS ${name}`)
  .join(', ')} WHERE false`;

/**
 * Both sides are laid one below the other and counted by id, which keeps the day a key of every step: a reader of one day reads
 * no other day's rows of the topic.
 */
function compareSql({ dataset }: Contract, rules: StreamRules, { table, id, device, at }: Compared): string {
  const { id: ownId, device: ownDevice } = rules.reconciliation ?? { id: '', device: '' };
  const rows = (from: string, day: string, deviceOf: string, idOf: string, [tap, transaction]: [number, number]) =>
    `SELECT ${day} AS service_date, CAST(${q(deviceOf)} AS VARCHAR) AS device_id, CAST(${q(idOf)} AS VARCHAR) AS id,
      ${tap} AS tap, ${transaction} AS transaction FROM ${q(from)}`;
  return `SELECT service_date, device_id, ${quoteLiteral(table)} AS source,
    count(*) FILTER (tap > 0) AS taps,
    count(*) FILTER (transaction > 0) AS transactions,
    count(*) FILTER (tap > 0 AND transaction > 0) AS seen,
    count(*) FILTER (tap = 0) AS missing_taps,
    count(*) FILTER (transaction = 0) AS missing_transactions,
    count(*) FILTER (tap > 1) AS taps_twice,
    count(*) FILTER (transaction > 1) AS transactions_twice
  FROM (SELECT service_date, device_id, id, sum(tap) AS tap, sum(transaction) AS transaction FROM (
    ${rows(dataset, '"service_date"', ownDevice, ownId, [1, 0])}
    UNION ALL
    ${rows(table, serviceDaySql(q(at), rules), device, id, [0, 1])}
  ) WHERE id IS NOT NULL GROUP BY ALL)
  GROUP BY service_date, device_id`;
}

/**
 * The service day of a TIMESTAMP in UTC: the day on the clock of the wall, so much earlier as days start. Whatever time zone the
 * session is in.
 */
export function serviceDaySql(at: string, { timeZone, dayStartsAt }: StreamRules): string {
  const [hours = 0, minutes = 0] = dayStartsAt.split(':').map(Number);
  const wall = `${at} AT TIME ZONE 'UTC' AT TIME ZONE ${quoteLiteral(timeZone)}`;
  return `CAST((${wall}) - to_minutes(${hours * 60 + minutes}) AS DATE)`;
}
