/** As of when tables are looked at, from the flag `--at`: a time, versions of tables, or both. */
import type { Moment } from '@farelake/ingest';
import { UsageError } from './output/problem.ts';
import { parseDuration } from './parse-duration.ts';

/**
 * Each text is a list of `12`, `edw_x=12`, `2026-03-01T04:00:00Z`, or `PT2H` for so long ago. Times without a zone are UTC, and a day
 * is its first moment.
 * @param tableOf name of a table as the ledger has it, of what a person writes
 * @throws UsageError `bad-at`, `bad-duration`
 */
export function parseAt(texts: readonly string[], tableOf: (name: string) => string): Moment {
  const versions = new Map<string, number>();
  let moment: Moment = { versions };
  for (const text of texts.flatMap((one) => one.split(',')).map((one) => one.trim())) {
    const [, name, digits] = /^(?:([^=]+?)\s*=\s*)?(\d+)$/.exec(text) ?? [];
    if (digits === undefined) {
      if (moment.time !== undefined) throw badAt(text, 'is a second time');
      moment = { ...moment, time: parseTime(text) };
    } else if (name === undefined) {
      if (moment.version !== undefined) throw badAt(text, 'is a second version, and of which table it does not say');
      moment = { ...moment, version: versionOf(text, digits) };
    } else {
      const table = tableOf(name);
      if (versions.has(table)) throw badAt(text, `is a second version of ${table}`);
      versions.set(table, versionOf(text, digits));
    }
  }
  return moment;
}

function versionOf(text: string, digits: string): number {
  const version = Number(digits);
  if (version >= 1 && Number.isSafeInteger(version)) return version;
  throw badAt(text, 'is no version: they count from 1');
}

/** The calendar has no year 0, and the clocks of no place are further from UTC than 14 hours. */
const TIME =
  /^((?!0000)\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-](?:0\d:?[0-5]\d|1[0-3]:?[0-5]\d|14:?00))?)?$/i;

function parseTime(text: string): NonNullable<Moment['time']> {
  if (text.startsWith('P')) return { ago: parseDuration('--at', text) };
  const [, day = '', clock = '00:00', seconds = '00', fraction = '0', zone = 'Z'] = TIME.exec(text) ?? [];
  const whole = `${day}T${clock}:${seconds}`;
  const read = new Date(`${whole}Z`);
  // 30 February is read as a day of March, and 24:00 as the next day.
  if (Number.isNaN(read.getTime()) || read.toISOString().slice(0, 19) !== whole)
    throw badAt(text, 'is neither a time nor a version');
  // Versions are told by microseconds; further digits would be rounded, also up.
  return { at: `${whole}.${fraction.slice(0, 6)}${zone}` };
}

const badAt = (text: string, what: string): UsageError =>
  new UsageError({
    code: 'bad-at',
    problem: `--at ${JSON.stringify(text)} ${what}.`,
    remedy:
      'Write a time such as 2026-03-01T04:00:00Z or PT2H (so long ago), a version such as 12 of the one table that is named, or edw_x=12,edw_x_history=15.',
  });
