/** What options do with values that are given more than once. */
import { InvalidArgumentError } from 'commander';

/** Each counts. */
export const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

/** Nobody is to find out later that one of them was not heard. */
export function once(value: string, before: string | undefined): string {
  if (before !== undefined)
    throw new InvalidArgumentError(`It was given before, as ${before}: one at a time, or none for all.`);
  return value;
}
