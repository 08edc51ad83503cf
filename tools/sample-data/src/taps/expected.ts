/** What must be seen when all events were handed over and the feed is loaded: counted from the truth, by nothing of the pipeline. */
import { isoTime } from '../time.ts';
import { CLUSTER, handOver } from './events.ts';
import { TOPIC, type Told, type Truth } from './told.ts';
import { serviceDay } from './transactions.ts';
import type { Use } from './uses.ts';

/** Of the view, as a query answers it; what is not named of the last four is 0. */
export interface Compared {
  readonly service_date: string;
  readonly device_id: string;
  readonly source: string;
  readonly taps: number;
  readonly transactions: number;
  readonly seen: number;
  readonly missing_taps?: number;
  readonly missing_transactions?: number;
  readonly taps_twice?: number;
  readonly transactions_twice?: number;
}

/** A side of the comparison: who says what was done where and when. */
interface Event {
  readonly id: string;
  readonly device: string;
  readonly at: number;
}

export function expectTaps({ transactions, told }: Truth, uses: readonly Use[]): object {
  const events = handOver(told);
  const records = events.reduce((sum, { length }) => sum + length, 0);
  const rows = told.filter(({ kind }) => kind === 'tap');
  const taps = rows.map(({ tap, at }) => ({ id: tap.tapId, device: tap.deviceId, at }));
  const booked = transactions.filter(({ lives }) => lives);
  return {
    cluster: CLUSTER,
    topic: TOPIC,
    events: events.length,
    records,
    repeated: records - told.length,
    rows: rows.length,
    ids: new Set(rows.map(({ tap }) => tap.tapId)).size,
    tombstones: told.filter(({ kind }) => kind === 'tombstone').length,
    quarantine: tally(told.flatMap(({ reason }) => (reason === undefined ? [] : [reason]))),
    days: tally(rows.map(({ at }) => serviceDay(at))),
    stops: tally(rows.map(({ tap }) => tap.stopId)),
    partitions: partitionsOf(told),
    checks: rows.flatMap(checkOf).slice(0, 12),
    reconciliation: [
      ...compare('edw_fare_transaction', taps, booked),
      ...compare('dmap_use_transaction_location', taps, uses),
    ],
  };
}

/** By name, in order. */
const tally = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(names, (name) => name)]
      .map(([name, all]) => [name, all.length] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

function partitionsOf(told: readonly Told[]): object[] {
  return [...Map.groupBy(told, ({ partition }) => partition)].map(([partition, own]) => {
    const offsets = own.map(({ offset }) => offset);
    const [first, last] = [Math.min(...offsets), Math.max(...offsets)];
    return { partition, first, last, records: own.length, missing: last - first + 1 - own.length };
  });
}

function checkOf({ tap, at, partition, offset, why }: Told): object[] {
  if (why === undefined) return [];
  const place = { partition, offset };
  const row = { tap_id: tap.tapId, stop_id: tap.stopId, device_id: tap.deviceId };
  const times = { _timestamp: `${isoTime(at).replace('T', ' ')}000`, service_date: serviceDay(at) };
  return [{ ...place, ...row, ...times, why }];
}

function compare(source: string, taps: readonly Event[], others: readonly Event[]): Compared[] {
  const groupOf = ({ device, at }: Event) => `${serviceDay(at)} ${device}`;
  const [left, right] = [Map.groupBy(taps, groupOf), Map.groupBy(others, groupOf)];
  const groups = [...new Set([...left.keys(), ...right.keys()])].toSorted();
  return groups.map((group) => {
    const [service_date = '', device_id = ''] = group.split(' ');
    const own = Map.groupBy(left.get(group) ?? [], ({ id }) => id);
    const their = Map.groupBy(right.get(group) ?? [], ({ id }) => id);
    const twice = (ids: typeof own) => [...ids.values()].filter(({ length }) => length > 1).length;
    const seen = [...own.keys()].filter((id) => their.has(id)).length;
    const differences = {
      missing_taps: their.size - seen,
      missing_transactions: own.size - seen,
      taps_twice: twice(own),
      transactions_twice: twice(their),
    };
    return {
      ...{ service_date, device_id, source, taps: own.size, transactions: their.size, seen },
      ...Object.fromEntries(Object.entries(differences).filter(([, number]) => number > 0)),
    };
  });
}
