/** All stories that are told; a step of the work that none of them reaches fails a whole run. */
import type { Scenario } from '../scenario.ts';
import { bucket, stream } from './stream.ts';
import { dmap } from './dmap.ts';
import { generations, shrink } from './generations.ts';
import { large } from './large.ts';
import { quarantine } from './quarantine.ts';
import { replay } from './replay.ts';
import { restore } from './restore.ts';
import { tables } from './tables.ts';
import { taps } from './taps.ts';
import { upkeep } from './upkeep.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...[stream, generations, tables, shrink, quarantine, replay, upkeep, restore, dmap, taps],
  ...[bucket, large],
];
