import { verifyTable, type Verified, type VerifyWith } from '@farelake/ingest';
import { findContract } from '../find-contract.ts';
import { describeProgress } from '../output/progress.ts';
import { rowLines } from '../output/rows.ts';
import { count, formatTable } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface VerifyFlags {
  readonly table: string;
  readonly with: VerifyWith;
  readonly json?: boolean;
}

/** @returns 0 the table is what its history says, 1 it is not */
export async function verifyCommand(context: Context, flags: VerifyFlags): Promise<number> {
  return withWorkspace(context, async (workspace) => {
    const contract = findContract(workspace, flags.table);
    const verified = await verifyTable(workspace, contract, flags.with, (progress) => {
      context.terminal.progress(describeProgress(progress));
    });
    context.terminal.progress(undefined);
    if (flags.json) context.terminal.print(JSON.stringify(verified));
    else for (const line of verifiedLines(verified, flags.table)) context.terminal.print(line);
    return verified.equal ? 0 : 1;
  });
}

const BY = { history: 'folded from history', interpreter: 'by the interpreter' } as const;

function verifiedLines(verified: Verified, asked: string): string[] {
  const { table, version, generation, equal, segments, changes } = verified;
  const facts: [string, { table: string | number; recomputed: string | number }][] = [
    ['rows', verified.rows],
    ['checksum', verified.checksum],
    ['watermark', verified.watermark],
    ['orphans', verified.orphans],
    ['conflicts', verified.conflicts],
    ['moves onto live', verified.movesOntoLive],
  ];
  const text = (value: string | number) => (typeof value === 'number' ? count(value) : value);
  const compared = formatTable(
    ['', 'in the table', BY[verified.with], ''],
    facts.map(([name, { table: own, recomputed }]) => [
      name,
      text(own),
      text(recomputed),
      own === recomputed ? '' : 'differs',
    ]),
    [1, 2],
  );
  if (equal) return [compared, `${table} version ${version}, generation ${generation}: equal`];
  return [
    compared,
    ...segmentLines(segments),
    ...rowLines(changes),
    `${table} version ${version}, generation ${generation}: differs. farelake repair --table ${asked} --dry-run shows what a repair would change`,
  ];
}

/** Segments in words; more are counted. */
const SEGMENTS = 20;

function segmentLines(segments: Verified['segments']): string[] {
  const lines = segments.slice(0, SEGMENTS).map(({ segment, rows, checksum, faults }) => {
    const number =
      rows.table === rows.recomputed ? [] : [`${count(rows.table)} rows, should be ${count(rows.recomputed)}`];
    const values = checksum.table === checksum.recomputed ? [] : ['other values'];
    const what = [...faults, ...(number.length > 0 ? number : values)].join('; ');
    return segment === null ? `no segment: ${what}` : `segment ${segment}: ${what}`;
  });
  const more = segments.length - SEGMENTS;
  return more > 0 ? [...lines, `${count(more)} more segments; --json lists all`] : lines;
}
