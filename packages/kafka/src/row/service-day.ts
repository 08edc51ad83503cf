/** The service day of a moment: the agency's day, which starts after midnight so that the last rides of a night belong to it. */
import type { StreamRules } from '@farelake/schema-registry';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** What a `date` is in tables: days since 1970-01-01. */
export type Day = number;

/**
 * @returns a function of milliseconds since 1970. The day starts at the same time on the clock of the wall all the year round:
 * where clocks are set forward or back, that day is an hour shorter or longer.
 */
export function serviceDays({ timeZone, dayStartsAt }: StreamRules): (milliseconds: number) => Day {
  const [hours = 0, minutes = 0] = dayStartsAt.split(':').map(Number);
  const start = (hours * 60 + minutes) * MINUTE;
  const offsetAt = zoneOffsets(timeZone);
  return (milliseconds) => Math.floor((milliseconds + offsetAt(milliseconds) - start) / DAY);
}

/** Every zone's offset changes at a quarter of an hour at the soonest: one answer serves for all of it. */
const QUARTER = 15 * MINUTE;

/** Milliseconds by which the clock of the wall is ahead of UTC. */
function zoneOffsets(timeZone: string): (milliseconds: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    era: 'narrow',
  });
  const known = new Map<number, number>();
  return (milliseconds) => {
    const quarter = Math.floor(milliseconds / QUARTER);
    const answered = known.get(quarter);
    if (answered !== undefined) return answered;
    const offset = wallClock(format, quarter * QUARTER) - quarter * QUARTER;
    if (known.size > 10_000) known.clear();
    known.set(quarter, offset);
    return offset;
  };
}

function wallClock(format: Intl.DateTimeFormat, milliseconds: number): number {
  const parts = Object.fromEntries(format.formatToParts(milliseconds).map(({ type, value }) => [type, value]));
  const part = (name: string) => Number(parts[name]);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** `2026-03-01` */
export const dayText = (day: Day): string => new Date(day * DAY).toISOString().slice(0, 10);
