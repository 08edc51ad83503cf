/** What of the machine the work on one table may take, when several are worked on side by side. Pure. */

const MIB = 1024 * 1024;
/** Below that an engine gets nowhere. */
const LEAST = 512 * MIB;

/**
 * Tables worked on at once: waiting for stores and for Postgres is much of the work, so there are more than cores. Two at
 * least, or one that stalls would keep all others waiting.
 * @param bytes of memory
 */
export const laneCount = (cores: number, bytes: number): number =>
  Math.max(2, Math.min(6, 2 * cores, Math.floor(bytes / 2 / LEAST)));

/** Bytes that an engine for loading or publishing may take: alone a quarter of the machine, several of them half of it together. */
export const engineBytes = (bytes: number, atOnce: number): number =>
  Math.max(LEAST, Math.min(4096 * MIB, Math.floor(bytes / 4 / Math.max(1, atOnce / 2))));

/** Bytes that an engine may take for a fold. Slices are cut to fit into the larger figure; with less it spills. */
export const foldBytes = (bytes: number, atOnce: number): number => Math.min(1536 * MIB, engineBytes(bytes, atOnce));
