/** The rows that a current table should have: folded from history, all keys or some, and compared slice by slice. */
import type { Engine } from '@farelake/lake';
import { foldRulesOf } from '@farelake/qlik';
import { quoteIdentifier as q, UserError } from '@farelake/schema-registry';
import { gatherKeys, type Wanted } from '../fold/gather.ts';
import { historySql } from '../fold/history-files.ts';
import { layOutHistory } from '../fold/lay-out.ts';
import { registerFiles, runFold } from '../fold/run-fold.ts';
import { sliceRows } from '../fold/segments.ts';
import { askedColumn } from './asked-keys.ts';
import { foldFilesOf, type Basis } from './basis.ts';
import { compareSlice, type Comparison } from './compare.ts';
import { cutIntoSlices, type Slice } from './places.ts';

/** What a fold says of the table as a whole. */
export interface Facts {
  readonly watermark: string;
  readonly orphans: number;
  readonly conflicts: number;
  readonly movesOntoLive: number;
}

export interface Recomputing {
  readonly basis: Basis;
  readonly engine: Engine;
  readonly folder: string;
  readonly comparison: Comparison;
  readonly onSlice: (done: number, of: number) => void;
}

/**
 * Compares the table with the whole fold of its history.
 * @param only keys to look at, as one slice; undefined: all of them
 * @returns what the fold says of the table; of no use when not all keys were looked at
 */
export async function compareWithHistory(work: Recomputing, only?: Slice): Promise<Facts> {
  const { basis, engine, folder, comparison, onSlice } = work;
  const { layout } = comparison;
  let done = 0;
  let slices: Slice[] = [];
  const reader = { ...basis, engine };
  const gathered = only === undefined ? undefined : await historyOfAsked(work);
  const result = await runFold<Slice>(engine, {
    rules: foldRulesOf(basis.contract),
    files: foldFilesOf(basis),
    history: (files, wanted) => gathered ?? historySql(reader, files, wanted),
    // As if there were no table: nothing of what is to be checked may have a part in it.
    watermark: undefined,
    slices: async () => {
      if (only !== undefined) return (slices = [only]);
      slices = await cutIntoSlices(layout, sliceRows(basis.contract));
      const bounds = slices.flatMap(({ from }) => (from === undefined ? [] : [from]));
      await layOutHistory(engine, layout.key, bounds, folder);
      return slices;
    },
    current: () => Promise.reject(new Error('a whole fold has no current rows')),
    settle: async (slice) => {
      await compareSlice(comparison, slice, '(SELECT * FROM "@folded" WHERE "@alive")');
      done += 1;
      onSlice(done, slices.length);
    },
  });
  if (result.result === 'held') throw heldByEvents(basis, result.reason);
  return result;
}

/** SQL of a relation of what decides the rows of the keys in `@asked`: files of history that say nothing of them stay shut. */
async function historyOfAsked({ basis, engine }: Recomputing): Promise<string> {
  const { contract } = basis;
  const rules = foldRulesOf(contract);
  const names = contract.key.map((name, place) => `${q(askedColumn(place))} AS ${q(name)}`).join(', ');
  await engine.run(`CREATE TEMP TABLE "@keys" AS SELECT ${names} FROM "@asked"`);
  const files = foldFilesOf(basis);
  const history = (wanted: Wanted) => historySql({ ...basis, engine }, files, wanted);
  await registerFiles(engine, files);
  await gatherKeys(engine, { rules, history, keptKeys: 0 });
  await engine.run('CREATE TEMP TABLE "@asked_history" AS SELECT * FROM "@history"');
  return '"@asked_history"';
}

/** The table was committed, so its events did not hold it then: either a rule or a file of history has changed. */
export const heldByEvents = ({ contract: { dataset } }: Basis, reason: string): UserError =>
  new UserError({
    code: 'cannot-recompute',
    problem: `${dataset} cannot be worked out from its history: ${reason}.`,
    remedy: 'farelake status says what holds the table.',
    data: { dataset },
  });
