/** What contracts must be towards each other: no two may write the same tables or read the same source. */
import { type Fault } from './faults.ts';
import type { LooseContract } from './loose-contract.ts';
import { historyName } from './names.ts';

/** A fault and the file it is in. */
export interface FileFault extends Fault {
  /** Path below the registry's folder. */
  readonly file: string;
}

export interface ReadFile {
  readonly file: string;
  readonly contract: LooseContract;
}

/** Faults between contracts; each is told of every file that has a part in it. */
export function collisionFaults(files: readonly ReadFile[]): FileFault[] {
  return [
    ...shared(files, '$.dataset', 'is the dataset of another contract too', ({ dataset }) => dataset),
    ...shared(files, '$.source', 'is the source of another contract too', ({ feed, source }) =>
      feed === undefined || source === undefined ? undefined : JSON.stringify([feed, source.schema, source.table]),
    ),
    ...historyFaults(files),
    ...shared(files, VIEW, 'is the view of another contract too', viewOf),
    ...viewFaults(files),
  ];
}

function shared(
  files: readonly ReadFile[],
  path: string,
  problem: string,
  keyOf: (contract: LooseContract) => string | undefined,
): FileFault[] {
  const groups = Map.groupBy(files, ({ contract }) => keyOf(contract));
  return [...groups].flatMap(([key, group]) =>
    key === undefined || group.length < 2
      ? []
      : group.map(({ file }) => {
          const others = group.filter((other) => other.file !== file).map((other) => other.file);
          return { file, path, problem: `${problem}: ${others.join(', ')}` };
        }),
  );
}

function historyFaults(files: readonly ReadFile[]): FileFault[] {
  return files.flatMap(({ file, contract: { dataset } }) => {
    if (dataset === undefined) return [];
    const owners = files.filter(
      (other) => other.contract.dataset !== undefined && historyName(other.contract.dataset) === dataset,
    );
    return owners.flatMap((owner) => [
      {
        file,
        path: '$.dataset',
        problem: `is the name of a history table, that of ${owner.file}`,
        found: dataset,
      },
      {
        file: owner.file,
        path: '$.dataset',
        problem: `its history table would be named as the dataset of ${file}`,
        found: dataset,
      },
    ]);
  });
}

const VIEW = '$.stream.reconciliation.view';

const viewOf = ({ stream }: LooseContract): string | undefined => stream.reconciliation?.view;

/** Told of the contract that names the view: the table that has the name stays as it is. */
function viewFaults(files: readonly ReadFile[]): FileFault[] {
  return files.flatMap(({ file, contract }) => {
    const view = viewOf(contract);
    if (view === undefined) return [];
    const owner = files.find(
      (other) =>
        other.file !== file &&
        other.contract.dataset !== undefined &&
        [other.contract.dataset, historyName(other.contract.dataset)].includes(view),
    );
    return owner === undefined
      ? []
      : [{ file, path: VIEW, problem: `is the name of a table, that of ${owner.file}`, found: view }];
  });
}
