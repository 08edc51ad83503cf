import { UserError } from '@farelake/schema-registry';

/** The user's mistake that a call throws; a bug, or nothing thrown, fails the test. */
export function thrownBy(call: () => unknown): UserError {
  try {
    call();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
