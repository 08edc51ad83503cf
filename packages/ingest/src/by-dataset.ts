/** The order in which tables are told of. */
export const byDataset = (a: { readonly dataset: string }, b: { readonly dataset: string }): number =>
  a.dataset < b.dataset ? -1 : 1;
