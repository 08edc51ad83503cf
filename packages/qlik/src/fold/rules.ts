import { storedType, type BeforeImage, type Contract, type UpdateImage } from '@farelake/schema-registry';

/** What the fold needs to know of a contract. */
export interface FoldRules {
  /** Columns in contract order, with their permanent ids (a mask names columns by id). */
  readonly columns: readonly { readonly id: number; readonly name: string }[];
  /** Names of the key's columns; never empty: a table without a key is not folded. */
  readonly key: readonly string[];
  /** Those of the key that are bytes. */
  readonly bytes?: readonly string[];
  readonly updateImage: UpdateImage;
  readonly beforeImage: BeforeImage;
}

export const foldRulesOf = (contract: Contract): FoldRules => ({
  columns: contract.columns.filter((c) => c.treatment !== 'drop').map(({ id, name }) => ({ id, name })),
  key: contract.key,
  bytes: contract.columns
    .filter((c) => contract.key.includes(c.name) && storedType(c).kind === 'binary')
    .map(({ name }) => name),
  ...contract.cdc,
});

/** Columns outside the key, in contract order. */
export const dataColumns = (rules: FoldRules): readonly { readonly id: number; readonly name: string }[] =>
  rules.columns.filter((column) => !rules.key.includes(column.name));
