import { afterAll, beforeAll } from '@jest/globals';
import { openStandIn, type Answer, type StandIn, type StandInOptions } from '../../testing/index.ts';

/** A stand-in of the vendor for one test file, there inside of its tests and hooks: call at the file's top. */
export function withStandIn(options: StandInOptions = {}): StandIn {
  const there = {} as StandIn;
  let opened: StandIn | undefined;
  beforeAll(async () => {
    opened = await openStandIn(options);
    Object.assign(there, opened);
  }, 60_000);
  afterAll(() => opened?.close());
  return there;
}

/** Milliseconds, short for just what a fault keeps from coming: on a busy machine anything else may take its time, too. */
export const timeoutsFor = ({ kind }: Answer): { headers?: number; body?: number } => ({
  ...(kind === 'silent' ? { headers: 500 } : {}),
  ...(kind === 'stall' ? { body: 500 } : {}),
});
