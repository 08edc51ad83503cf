import { readFile } from 'node:fs/promises';
import {
  isSound,
  parseKey,
  previewRepair,
  repairTable,
  thisPerson,
  type AskedKey,
  type Progress,
  type Repaired,
} from '@farelake/ingest';
import type { Contract } from '@farelake/schema-registry';
import { findContract } from '../find-contract.ts';
import { UsageError } from '../output/problem.ts';
import { describeProgress } from '../output/progress.ts';
import { rowLines } from '../output/rows.ts';
import { counted } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface RepairFlags {
  readonly table: string;
  readonly keys?: readonly string[];
  readonly keysFile?: string;
  readonly why?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** @returns 0 the table is right now, or what would change has been shown */
export async function repairCommand(context: Context, flags: RepairFlags): Promise<number> {
  const why = flags.why?.trim();
  if (flags.dryRun !== true && (why === undefined || why === ''))
    throw new UsageError({
      code: 'no-why',
      problem: 'A repair needs a reason, which stays in the ledger.',
      remedy: 'Say it by --why "…", or look first by --dry-run.',
    });
  return withWorkspace(context, async (workspace) => {
    const contract = findContract(workspace, flags.table);
    const onProgress = (progress: Progress) => {
      context.terminal.progress(describeProgress(progress));
    };
    const request = { contract, keys: await keysOf(contract, flags), onProgress };
    const done = await (flags.dryRun === true
      ? previewRepair(workspace, request)
      : repairTable(workspace, request, { by: thisPerson(), why: why ?? '' }));
    context.terminal.progress(undefined);
    if (flags.json) context.terminal.print(JSON.stringify({ ...done, dryRun: flags.dryRun === true }));
    else for (const line of repairedLines(done, flags)) context.terminal.print(line);
    if (done.published === 'trouble')
      context.terminal.note(`The repaired version could not be published; farelake status says why.`);
    return 0;
  });
}

/** @returns undefined: all keys */
async function keysOf(contract: Contract, { keys, keysFile }: RepairFlags): Promise<AskedKey[] | undefined> {
  if (keys === undefined && keysFile === undefined) return undefined;
  const lines = keysFile === undefined ? [] : (await readFile(keysFile, 'utf8')).split(/\r?\n/);
  const texts = [...(keys ?? []), ...lines.filter((line) => line.trim() !== '')];
  if (texts.length === 0)
    throw new UsageError({
      code: 'no-keys',
      problem: `${keysFile ?? ''} names no key.`,
      remedy: 'Write a key a line, or leave --keys-file out to repair the whole table.',
    });
  return texts.map((text) => parseKey(contract, text));
}

function repairedLines(done: Repaired, { dryRun, keys, keysFile }: RepairFlags): string[] {
  const { table, versionBefore, versionAfter, changes, segments, facts } = done;
  const some = keys === undefined && keysFile === undefined ? '' : ' under these keys';
  if (isSound(done)) return [`${table} version ${versionBefore} is what its history says${some}: nothing to repair`];
  const recounted =
    facts === null
      ? []
      : (['watermark', 'orphans', 'conflicts', 'movesOntoLive'] as const)
          .filter((name) => facts.table[name] !== facts.recomputed[name])
          .map((name) => `${name}: ${facts.table[name] || '(none)'} becomes ${facts.recomputed[name] || '(none)'}`);
  const written = counted(segments, 'segment');
  return [
    ...rowLines(changes, dryRun !== true),
    ...recounted,
    dryRun === true
      ? `${table} version ${versionBefore}: ${written} would be written anew; nothing was changed`
      : `${table} version ${versionBefore} became version ${versionAfter ?? versionBefore}: ${written} written anew`,
  ];
}
