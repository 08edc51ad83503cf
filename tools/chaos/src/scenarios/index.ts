/** All stories that are told; a step of the work that none of them reaches fails a whole run. */
import type { Scenario } from '../scenario.ts';
import { bucket, stream } from './stream.ts';
import { tables } from './tables.ts';

export const SCENARIOS: readonly Scenario[] = [stream, tables, bucket];
