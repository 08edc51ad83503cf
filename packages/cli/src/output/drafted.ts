/** A drafted contract of a set as it is shown for review: no value of the file is in it. */
import type { DraftedColumn } from '@farelake/dmap';
import type { Classification, Contract, ContractColumn } from '@farelake/schema-registry';
import { formatTable } from './table.ts';

const reports = (drafted: readonly DraftedColumn[]): ReadonlyMap<string, DraftedColumn> =>
  new Map(drafted.map((column) => [column.sourceName, column]));

export function draftedTable({ columns }: Contract, drafted: readonly DraftedColumn[]): string {
  const found = reports(drafted);
  return formatTable(
    ['column', 'type', 'why', 'NULL', 'class', 'treatment', 'why'],
    columns.map((column) => {
      const report = found.get(column.sourceName);
      return [
        column.name,
        column.type,
        report?.typeWhy ?? 'not in this file',
        report === undefined ? '' : percent(report.nullShare),
        column.classification,
        column.treatment,
        whyOf(column, report),
      ];
    }),
    [3],
  );
}

/** The reason of a proposal; where people decided something else, that they did. */
function whyOf(column: ContractColumn, report: DraftedColumn | undefined): string {
  if (report === undefined) return '';
  const { classification, treatment, why } = report.proposal;
  return column.classification === classification && column.treatment === treatment ? why : 'as in the contract';
}

function percent(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  // Neither none nor all is rounded to either.
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))} %`;
}

const GRAVITY: Readonly<Record<Classification, number>> = { public: 0, internal: 1, pseudonymous: 2, personal: 3 };

/** Columns of which the file says more of people than the contract does. */
export function stricterLines({ columns }: Contract, drafted: readonly DraftedColumn[]): string[] {
  const found = reports(drafted);
  return columns.flatMap((column) => {
    const proposal = found.get(column.sourceName)?.proposal;
    if (proposal === undefined || proposal.why === '') return [];
    if (GRAVITY[proposal.classification] <= GRAVITY[column.classification]) return [];
    return [
      `Warning: ${column.name} is ${column.classification} in the contract; proposed is ${proposal.classification}, ${proposal.treatment}: ${proposal.why}.`,
    ];
  });
}

/** Of `farelake dmap schema --json`. */
export function draftedJson(
  file: string,
  rows: number,
  contract: Contract,
  present: Contract | undefined,
  drafted: readonly DraftedColumn[],
): object {
  const found = reports(drafted);
  return {
    table: contract.dataset,
    file,
    version: contract.version,
    written: contract !== present,
    rows,
    columns: contract.columns.map((column) => {
      const { name, sourceName, type, nullable, classification, treatment } = column;
      const report = found.get(sourceName);
      return {
        name,
        sourceName,
        type,
        typeWhy: report?.typeWhy ?? null,
        nullable,
        nullShare: report?.nullShare ?? null,
        classification,
        treatment,
        why: whyOf(column, report),
      };
    }),
  };
}
