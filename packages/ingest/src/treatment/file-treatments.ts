/** What the manifest notes of how a file's values were treated and typed. Pure. */
import type { ColumnTreatment, ColumnTypes, FileTreatments, ManifestFile } from '@farelake/db';
import { formatLogicalType, storedColumns, storedType, type Contract } from '@farelake/schema-registry';

/** The notes of a file. */
export interface TreatmentNote {
  readonly treatments: FileTreatments | null;
  readonly columnIds: readonly number[];
  readonly types: ColumnTypes;
}

/** @param keyIdOf the key that a hashed column's values were hashed with; undefined: there are none */
export function treatmentNote(contract: Contract, keyIdOf: (columnId: number) => string | undefined): TreatmentNote {
  const treated = contract.columns.flatMap(({ id, type, treatment }): [number, ColumnTreatment][] => {
    if (treatment === 'keep') return [];
    if (treatment === 'drop') return [[id, { treatment }]];
    const keyId = keyIdOf(id);
    return [[id, { treatment, type, ...(keyId === undefined ? {} : { keyId }) }]];
  });
  const stored = storedColumns(contract);
  return {
    treatments: treated.length === 0 ? null : Object.fromEntries(treated),
    columnIds: stored.map(({ id }) => id),
    types: Object.fromEntries(stored.map((column) => [column.id, formatLogicalType(storedType(column))])),
  };
}

/** Of a table made from other files: its values were hashed when those were. */
export function inheritedNote(contract: Contract, from: readonly Pick<ManifestFile, 'treatments'>[]): TreatmentNote {
  return treatmentNote(contract, (id) => {
    for (const { treatments } of from) {
      const noted = treatments?.[id];
      if (noted?.treatment === 'hmac' && noted.keyId !== undefined) return noted.keyId;
    }
    return undefined;
  });
}
