import { UserError } from '@farelake/schema-registry';

/** The user's mistake that a promise fails with; a bug, or no failure, fails the test. */
export async function thrownBy(work: Promise<unknown>): Promise<UserError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
