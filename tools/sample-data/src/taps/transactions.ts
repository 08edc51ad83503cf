/** The sample's transactions as the devices of a trial made them: what their taps, and the vendor's other feeds, are told of. */
import { startSource } from '../feed.ts';
import { DEVICES, deviceId } from '../identifiers.ts';
import { keyText, type Row } from '../table.ts';
import { fareTransaction } from '../tables/fare-transaction.ts';
import { date, instant, MINUTE } from '../time.ts';

export interface Transaction {
  readonly id: string;
  readonly token: string;
  readonly stop: string;
  readonly device: string;
  /** When the medium was tapped, milliseconds since 1970. */
  readonly at: number;
  /** Whether the database has it when all is loaded: some are cancelled. */
  readonly lives: boolean;
}

/** The widest id that the table has, 38 digits. */
export const WIDEST_ID = '9'.repeat(38);

/** One device in so many tells its taps to the topic. */
const ONE_IN = 9;

const transactionOf = (row: Row, lives: boolean): Transaction => ({
  id: row['TRANSACTION_ID'] ?? '',
  token: row['CARD_TOKEN'] ?? '',
  stop: row['STOP_ID'] ?? '',
  device: row['DEVICE_ID'] ?? '',
  // To the millisecond, as devices tell it.
  at: instant((row['TRANSACTION_DTM'] ?? '').replace(' ', 'T').slice(0, 23)),
  lives,
});

/** Of the devices of the trial, in the order of time; those that the database has no more are among them. */
export function trialTransactions(seed: number): readonly Transaction[] {
  const source = startSource(fareTransaction, seed);
  const ever = new Map(source.live);
  const changes = [...(fareTransaction.during?.(source) ?? []), ...fareTransaction.changes(source)];
  for (const { operation, image } of changes) {
    const key = keyText(fareTransaction, image);
    if (operation === 'I' && !ever.has(key)) ever.set(key, image);
  }
  const all = [...ever].map(([key, row]) => transactionOf(row, source.live.has(key)));
  const devices = new Set(Array.from({ length: DEVICES / ONE_IN }, (_, n) => deviceId((n + 1) * ONE_IN)));
  // And those of what is telling: the widest id, and a transaction that was cancelled.
  for (const one of [all.find(({ id }) => id === WIDEST_ID), all.find(({ lives }) => !lives)])
    if (one !== undefined) devices.add(one.device);
  return all.filter(({ device }) => devices.has(device)).toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

/**
 * The service day, which starts at 03:00 in Boston: five hours behind UTC on every day of the sample, as clocks are set forward a
 * week later.
 */
export const serviceDay = (at: number): string => date(at - 8 * 60 * MINUTE);
