/** How large a feed is and how it is dealt to files: all of it decided before the first row is made. */

/** What a table's changes are, in shares that add up to 1. */
export interface Mix {
  readonly insert: number;
  readonly update: number;
  readonly delete: number;
  /** Updates that change the key, in tables whose before images allow it; elsewhere they are ordinary ones. */
  readonly move: number;
}

/** Where changes fall: this share of them on the newest part of the rows, the rest on any. */
export interface Skew {
  readonly share: number;
  readonly newest: number;
}

/** By count or by bytes of csv, whichever is reached first. */
export interface FileLimit {
  readonly rows?: number;
  readonly bytes?: number;
}

export interface Plan {
  readonly seed: number;
  /** Rows of each snapshot. */
  readonly rows: number;
  /** What happens to each table afterwards; an update with its before image counts once. */
  readonly changes: number;
  readonly file: FileLimit;
  /** Changes go to so many files, or a file closes with so many records. */
  readonly changeFile: { readonly files: number } | { readonly rows: number };
  readonly mix: Mix;
  readonly skew: Skew;
  /** Share of changes that come late, come twice, or update a row that never was: a third each. */
  readonly disorder: number;
  /** Midnight of the snapshots' day, an instant; undefined: the day of the small feed. */
  readonly day: number | undefined;
}
