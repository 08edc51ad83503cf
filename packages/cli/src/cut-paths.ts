/** Places of tables that some reader of Iceberg cannot get at. */
import { printable } from '@farelake/schema-registry';
import type { Context } from './session.ts';

/** PyIceberg parses paths as URLs, and opens what stands before these signs (docs/iceberg-engines.md, "What each can do"). */
export function noteCutPath({ environment: { stage }, terminal }: Pick<Context, 'environment' | 'terminal'>): void {
  if (/[#?]/.test(stage))
    terminal.note(
      `PyIceberg cannot read these tables: of the stage's path, ${printable(stage)}, it takes what is before # or ?.`,
    );
}
