/** Whether the reason beside a refused file says what the ledger says. */
import type { Readable } from 'node:stream';
import { notedReason, type NotedContent, type NotedReason } from '@farelake/db';
import type { AuditWork } from './audit.ts';

/** Bytes; none is nearly that long. */
const LONGEST = 1 << 20;

/**
 * @param source opens the file
 * @returns in words; undefined: it does
 */
export async function faultOfReason(
  { workspace: { pool } }: Pick<AuditWork, 'workspace'>,
  { objectId }: NotedContent,
  source: () => Promise<Readable>,
): Promise<string | undefined> {
  const look = async () => faultIn(await textOf(await source()), await notedReason(pool, objectId ?? 0));
  // Written anew between the two looks, it would be compared with what was noted of the one before.
  return (await look()) && (await look());
}

async function textOf(source: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LONGEST) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function faultIn(text: string, noted: NotedReason | undefined): string | undefined {
  if (noted === undefined) return undefined;
  const told = parsed(text);
  if (told === undefined) return 'it cannot be read as the JSON that was written';
  if (told['objectKey'] !== noted.objectKey || told['contentTag'] !== noted.contentTag)
    return `it is not of ${noted.objectKey} (${noted.contentTag})`;
  const { reasons } = noted;
  if (reasons.length === 0 || reasons.includes(String(told['reason']))) return undefined;
  return `it tells another reason than ledger.loads: ${reasons[0] ?? ''}`;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
