/** Which snapshots were made while something was done, and how long each took of its commit. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { SNAPSHOTS, type SnapshotTold } from '@farelake/ingest';

export interface Told extends SnapshotTold {
  /** When it was done: milliseconds since 1970. */
  readonly at: number;
}

export async function whileTold<T>(work: () => Promise<T>): Promise<{ result: T; told: readonly Told[] }> {
  const told: Told[] = [];
  const listen = (message: unknown) => void told.push({ ...(message as SnapshotTold), at: Date.now() });
  subscribe(SNAPSHOTS, listen);
  try {
    return { result: await work(), told };
  } finally {
    unsubscribe(SNAPSHOTS, listen);
  }
}
