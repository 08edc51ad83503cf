/** A first contract from a folder of delivered files. */
import { text } from 'node:stream/consumers';
import { readRecords, storeName, type ObjectStore, type SkippedEntry } from '@farelake/lake';
import {
  contractFromDfm,
  formatObjectKey,
  parseDfm,
  parseObjectKey,
  sourceName,
  type DeliveredDfm,
  type DraftOptions,
  type ObjectKey,
} from '@farelake/qlik';
import { datasetName, describeDrift, driftOf, UserError, type Contract } from '@farelake/schema-registry';
import { isMissed } from './missed.ts';

export interface Draft {
  readonly contract: Contract;
  /** `.dfm` files that cannot be read, and why; they were left out. */
  readonly unreadable: readonly string[];
  /** `.dfm`s of the same table version whose columns are other ones, and how: they have no part in the contract. */
  readonly differing: readonly string[];
  /** Change files with B rows. */
  readonly withBeforeImages: readonly string[];
}

/**
 * @param table either spelling: `EDW.SAMPLE` or `edw_sample`
 * @param present the contract that is there already
 * @throws UserError `nothing-delivered`, `no-key` and those of `contractFromDfm`
 */
export async function draftContract(
  store: ObjectStore,
  table: string,
  options: DraftOptions,
  present?: Contract,
): Promise<Draft> {
  const delivered: DeliveredDfm[] = [];
  const unreadable: string[] = [];
  const changes: { object: ObjectKey; path: string }[] = [];
  const skipped = (entry: SkippedEntry) => {
    if (isMissed(store, entry)) unreadable.push(`${entry.path}: ${entry.reason}.`);
  };
  for await (const file of store.list(skipped)) {
    const object = parseObjectKey(`${storeName(store.uri)}/${file.path}`);
    if (object === undefined || !isTable(object, table)) continue;
    if (object.part === 'data') {
      if (object.kind === 'changes') changes.push({ object, path: file.path });
      continue;
    }
    try {
      delivered.push({ object, dfm: parseDfm(await text(await store.read(file.path)), file.path, object) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable.push(error.message);
    }
  }
  // What lies there and cannot be read is the reason for having nothing to draft from.
  if (delivered.length === 0 && unreadable.length > 0)
    throw new UserError({
      code: 'nothing-delivered',
      problem: `No .dfm of ${table} can be read. ${unreadable.slice(0, 3).join(' ')}`,
    });
  const contract = withKey(contractFromDfm(delivered, options), present);
  if (contract.key.length === 0 && options.key === undefined) throw noKey(contract);
  const suspicious = contract.cdc.beforeImage === 'none' ? await findBeforeImages(store, changes, delivered) : [];
  return { contract, unreadable, differing: differing(contract, delivered), withBeforeImages: suspicious };
}

/** Within a table version columns should not change; where they do, the `.dfm` alone cannot say which are meant. */
function differing(contract: Contract, delivered: readonly DeliveredDfm[]): string[] {
  const newest = Math.max(...delivered.map(({ dfm }) => dfm.tableVersion));
  return delivered
    .filter(({ dfm }) => dfm.tableVersion === newest)
    .flatMap(({ object, dfm }) => {
      const drift = driftOf(contract, dfm.columns);
      return drift.differences.length === 0 ? [] : [`${formatObjectKey(object)}: ${describeDrift(drift)}`];
    });
}

/** Where no .dfm names the key, a contract that is there does. */
function withKey(contract: Contract, present: Contract | undefined): Contract {
  if (contract.key.length > 0 || present === undefined) return contract;
  const sources = present.key.map((name) => present.columns.find((column) => column.name === name)?.sourceName);
  const key = sources.flatMap((source) => contract.columns.find((column) => column.sourceName === source)?.name ?? []);
  return key.length === present.key.length ? { ...contract, key } : contract;
}

export const isTable = (object: ObjectKey, table: string): boolean =>
  table === sourceName(object) || table === datasetName(object);

const noKey = (contract: Contract): UserError =>
  new UserError({
    code: 'no-key',
    problem: `No .dfm of ${sourceName(contract.source)} says which columns are its key.`,
    remedy: `Name them: --key <a,b>, of ${contract.columns.map((column) => column.name).join(', ')}.`,
    data: { table: sourceName(contract.source) },
  });

/** Records of one change file looked at: enough to see the habit of a feed. */
const RECORDS_LOOKED_AT = 50_000;

/** Change files that hold B rows. A file that cannot be read says nothing here; loading it will say why. */
async function findBeforeImages(
  store: ObjectStore,
  changes: readonly { object: ObjectKey; path: string }[],
  delivered: readonly DeliveredDfm[],
) {
  const found: string[] = [];
  for (const { object, path } of changes) {
    const dfm = delivered.find((one) => one.object.kind === 'changes' && one.object.stem === object.stem)?.dfm;
    if (dfm !== undefined && (await hasBeforeImages(store, path, dfm).catch(() => false))) found.push(path);
  }
  return found;
}

async function hasBeforeImages(store: ObjectStore, path: string, dfm: DeliveredDfm['dfm']): Promise<boolean> {
  const oper = dfm.columns.findIndex((column) => column.name === 'header__change_oper');
  let looked = 0;
  for await (const record of readRecords(await store.read(path), dfm.format)) {
    if (record[oper] === 'B') return true;
    looked += 1;
    if (looked > RECORDS_LOOKED_AT) break;
  }
  return false;
}
