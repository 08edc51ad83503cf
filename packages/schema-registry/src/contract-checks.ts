/** What a contract must be beyond its shape, each rule a function: contract in, faults out. */
import type { Feed } from './contract.ts';
import { UserError } from './errors.ts';
import { type Fault, jsonPath } from './faults.ts';
import type { LooseColumn, LooseContract } from './loose-contract.ts';
import { dmapFaults, isOfDmap } from './dmap-checks.ts';
import { isOfKafka, streamFaults } from './stream-checks.ts';
import { datasetName, isHeaderColumn, isReservedColumnName, setTableName } from './names.ts';
import { SYSTEM_COLUMNS, type SystemColumn } from './system-columns.ts';
import { parseLogicalType } from './types/logical.ts';

/** The faults of one contract; `path` is its file's, below the registry's folder. */
export function contractFaults(contract: LooseContract, path: string): Fault[] {
  return [
    ...fileFaults(contract, path),
    ...idFaults(contract),
    ...uniqueFaults(contract.columns, 'name'),
    ...uniqueFaults(contract.columns, 'sourceName'),
    ...contract.columns.flatMap((column) => nameFaults(column, feedOf(contract))),
    ...contract.columns.flatMap(typeFaults),
    ...contract.columns.flatMap(treatmentFaults),
    ...keyFaults(contract),
    ...publishFaults(contract),
    ...dmapFaults(contract),
    ...streamFaults(contract),
  ];
}

const feedOf = (contract: LooseContract): Feed =>
  isOfDmap(contract) ? 'dmap' : isOfKafka(contract) ? 'kafka' : 'qlik';

function fileFaults({ feed, dataset, source }: LooseContract, path: string): Fault[] {
  const faults: Fault[] = [];
  if (feed !== undefined && dataset !== undefined && path !== `${feed}/${dataset}.json`)
    faults.push({
      path: '$',
      problem: 'the file is not where its feed and dataset say',
      found: path,
      allowed: `${feed}/${dataset}.json`,
      remedy: 'Rename the file, or set feed and dataset right.',
    });
  if (source === undefined || (feed !== 'qlik' && feed !== 'dmap')) return faults;
  const named = feed === 'dmap' ? setTableName(source.table) : datasetName(source);
  if (dataset !== undefined && dataset !== named)
    faults.push({
      path: '$.dataset',
      problem: `is not the name of ${feed === 'dmap' ? `the set ${source.table}` : `${source.schema}.${source.table}`}`,
      found: dataset,
      allowed: [named],
    });
  return faults;
}

function idFaults({ columns, lastColumnId }: LooseContract): Fault[] {
  const above = columns.filter(({ id }) => id !== undefined && lastColumnId !== undefined && id > lastColumnId);
  return [
    ...uniqueFaults(columns, 'id'),
    ...above.map(({ index, id }) => ({
      path: jsonPath(['columns', index, 'id']),
      problem: 'is above lastColumnId',
      found: id,
      allowed: `at most ${String(lastColumnId)}`,
      remedy: 'A new column takes lastColumnId + 1, and lastColumnId becomes that.',
    })),
  ];
}

function uniqueFaults(columns: readonly LooseColumn[], member: 'id' | 'name' | 'sourceName'): Fault[] {
  const first = new Map<string | number, number>();
  return columns.flatMap((column) => {
    const value = column[member];
    if (value === undefined) return [];
    const other = first.get(value);
    if (other === undefined) first.set(value, column.index);
    if (other === undefined) return [];
    return [
      {
        path: jsonPath(['columns', column.index, member]),
        problem: `is the ${member} of ${jsonPath(['columns', other])} already`,
        found: value,
      },
    ];
  });
}

function nameFaults({ index, name, sourceName }: LooseColumn, feed: Feed): Fault[] {
  const faults: Fault[] = [];
  if (name !== undefined && isReservedColumnName(name, feed))
    faults.push({
      path: jsonPath(['columns', index, 'name']),
      problem: 'is reserved for system columns',
      found: name,
      allowed: `a name that does not begin with header__ and is none of ${systemNames(feed).join(', ')}`,
    });
  if (feed === 'qlik' && sourceName !== undefined && isHeaderColumn(sourceName))
    faults.push({
      path: jsonPath(['columns', index, 'sourceName']),
      problem: "is one of Qlik's own columns of a change table, which are no part of a contract",
      found: sourceName,
      remedy: 'Remove the column.',
    });
  return faults;
}

/** System columns of a feed, but for those whose names begin with header__. */
const systemNames = (feed: Feed): string[] =>
  (SYSTEM_COLUMNS as readonly SystemColumn[])
    .filter(({ name, feeds }) => !isHeaderColumn(name) && (feeds?.includes(feed) ?? true))
    .map(({ name }) => name);

function typeFaults({ index, type }: LooseColumn): Fault[] {
  if (type === undefined) return [];
  try {
    parseLogicalType(type);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { found, allowed } = error.data;
    return [{ path: jsonPath(['columns', index, 'type']), problem: 'is not a type', found, allowed }];
  }
}

function treatmentFaults({ index, classification, treatment, type }: LooseColumn): Fault[] {
  const path = jsonPath(['columns', index, 'treatment']);
  if (classification === 'personal' && treatment === 'keep')
    return [
      {
        path,
        problem: 'a personal column needs a treatment before anything is written',
        found: treatment,
        allowed: ['hmac', 'drop'],
      },
    ];
  if (treatment !== 'hmac' || type === undefined) return [];
  const why = UNHASHABLE[type];
  return why === undefined ? [] : [{ path, problem: why, found: treatment, allowed: ['keep', 'drop'] }];
}

/** Types whose values have no hash that is worth its name. */
const UNHASHABLE: Readonly<Record<string, string>> = {
  boolean: 'two hashes hide nothing: whoever knows one true value knows all values of a boolean column',
  double: 'a double has no one text to hash: engines print the same number differently',
};

function publishFaults(contract: LooseContract): Fault[] {
  const { key, publish } = contract;
  // Rows of datasets are told apart by where they were delivered.
  if (!publish.postgres || key.length > 0 || isOfDmap(contract) || isOfKafka(contract)) return [];
  return [
    {
      path: '$.publish.postgres',
      problem: 'a table without key has no rows to replace in Postgres: it keeps history only',
      found: true,
      remedy: 'Name the key, or set it false.',
    },
  ];
}

function keyFaults({ columns, key }: LooseContract): Fault[] {
  const names = columns.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return key.flatMap(({ index, name }) => {
    const at = { path: jsonPath(['key', index]), found: name };
    const faults: Fault[] = [];
    if (!names.includes(name)) faults.push({ ...at, problem: 'is no column of the contract', allowed: names });
    if (key.some((other) => other.index < index && other.name === name))
      faults.push({ ...at, problem: 'is in the key already' });
    if (columns.some((column) => column.name === name && column.treatment === 'drop'))
      faults.push({ ...at, problem: 'is dropped at load, so it cannot tell rows apart' });
    return faults;
  });
}
