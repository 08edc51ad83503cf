/** A first contract of a set from what one of its files shows: types, and what is personal, each with the reason. */
import {
  type Contract,
  type ContractColumn,
  columnName,
  FIRST_COLUMN_ID,
  isReservedColumnName,
  refuseColumnCollisions,
  setTableName,
} from '@farelake/schema-registry';
import type { DmapSet } from '../listed-result.ts';
import { guessType, isTypeOf } from './guess-type.ts';
import { besidePeople, proposeTreatment, type Proposal } from './personal.ts';
import type { ColumnStudy, FileStudy } from './study.ts';

/** What a person has to review of a column. */
export interface DraftedColumn {
  readonly sourceName: string;
  /** Why the draft has its type. */
  readonly typeWhy: string;
  /** Of the rows, 0 to 1. */
  readonly nullShare: number;
  readonly proposal: Proposal;
}

export interface SetDraft {
  readonly contract: Contract;
  /** In the order of the file. */
  readonly columns: readonly DraftedColumn[];
}

/**
 * Every column may be NULL: that a file has none says nothing of the next one. A column of a contract that is there keeps its
 * type wherever the file's values are values of it, so that a file that shows less changes nothing.
 * @param present the set's contract, if it has one
 * @throws UserError `empty-name`, `column-collision`
 */
export function draftSetContract({ api, set }: DmapSet, study: FileStudy, present?: Contract): SetDraft {
  const known = new Map(present?.columns.map((column) => [column.sourceName, column]));
  const alone = study.columns.map((column) => {
    const { type, why } = typeOf(column, known.get(column.name));
    return { column, type, why, own: proposeTreatment(column, type, api) };
  });
  const proposals = alone.map(({ own }) => own);
  const drafted = alone.map(({ column, type, why, own }, index) => {
    const proposal = besidePeople(column, type, own, proposals);
    return {
      column: contractColumn(column.name, FIRST_COLUMN_ID + index, type, proposal),
      report: { sourceName: column.name, typeWhy: why, nullShare: shareOf(column.nulls, study.rows), proposal },
    };
  });
  const columns = drafted.map(({ column }) => column);
  refuseColumnCollisions(columns, `the set ${set}`);
  const contract: Contract = {
    $schema: '../contract.schema.json',
    feed: 'dmap',
    dataset: setTableName(set),
    source: { schema: api, table: set },
    version: 1,
    columns,
    lastColumnId: FIRST_COLUMN_ID + columns.length - 1,
    key: [],
    cdc: { updateImage: 'full', beforeImage: 'none' },
    layout: {},
    publish: { postgres: false },
    owner: 'unassigned',
  };
  return { contract, columns: drafted.map(({ report }) => report) };
}

function typeOf(column: ColumnStudy, present: ContractColumn | undefined): { type: string; why: string } {
  if (present !== undefined && isTypeOf(present.type, column))
    return {
      type: present.type,
      why: column.values === 0 ? 'as in the contract; no value in this file' : 'as in the contract',
    };
  return guessType(column);
}

function contractColumn(sourceName: string, id: number, type: string, proposal: Proposal): ContractColumn {
  const { classification, treatment } = proposal;
  const own = columnName(sourceName);
  // A system column has the name already: `dataset_id` is the listing's, and a file may have one too.
  const name = isReservedColumnName(own, 'dmap') ? `source_${own.replace(/^_+/, '')}` : own;
  return { id, name, sourceName, type, nullable: true, classification, treatment, description: '' };
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
