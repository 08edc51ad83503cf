import type { BeforeImage, Contract, UpdateImage } from '@farelake/schema-registry';

/** What the fold needs to know of a contract. */
export interface FoldRules {
  /** Columns in contract order, with their permanent ids (a mask names columns by id). */
  readonly columns: readonly { readonly id: number; readonly name: string }[];
  /** Names of the key's columns; never empty: a table without a key is not folded. */
  readonly key: readonly string[];
  readonly updateImage: UpdateImage;
  readonly beforeImage: BeforeImage;
}

export const foldRulesOf = (contract: Contract): FoldRules => ({
  columns: contract.columns.filter((c) => c.treatment !== 'drop').map(({ id, name }) => ({ id, name })),
  key: contract.key,
  ...contract.cdc,
});

/** Columns outside the key, in contract order. */
export const dataColumns = (rules: FoldRules): readonly { readonly id: number; readonly name: string }[] =>
  rules.columns.filter((column) => !rules.key.includes(column.name));
