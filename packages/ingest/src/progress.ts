/** What a person who watches is told. Not a log: nothing relies on it. */
export type Progress =
  | { readonly step: 'looking'; readonly found: number }
  /** Results of a DMAP set that its listing held so far. */
  | { readonly step: 'listing'; readonly table: string; readonly results: number }
  /** Datasets of a DMAP set, and bytes of them so far. */
  | {
      readonly step: 'fetching';
      readonly table: string;
      readonly done: number;
      readonly of: number;
      readonly bytes: number;
    }
  | { readonly step: 'waiting for another process'; readonly table: string }
  /** @property why the last try failed */
  | { readonly step: 'trying again'; readonly what: string; readonly why: string }
  /** Whether bytes under another tag are known ones. */
  | { readonly step: 'proving'; readonly table: string; readonly files: number; readonly of: number }
  | { readonly step: 'loading'; readonly table: string; readonly files: number }
  /** @property what a run on Spark says of itself */
  | { readonly step: 'on Spark'; readonly table: string; readonly job: string; readonly what: string }
  /** Files of history opened for what came late, of all that the generation has. */
  | { readonly step: 'looking up'; readonly table: string; readonly opened: number; readonly of: number }
  | { readonly step: 'folding'; readonly table: string; readonly mode: string }
  | { readonly step: 'committed'; readonly table: string; readonly rows: number }
  | { readonly step: 'publishing'; readonly table: string; readonly rows: number }
  | { readonly step: 'publishing to Glue'; readonly table: string }
  /** Closed service dates of a topic looked at. */
  | {
      readonly step: 'compacting';
      readonly table: string;
      readonly date: string;
      readonly done: number;
      readonly of: number;
    }
  /** Files of a table, of all its versions. */
  | { readonly step: 'restoring'; readonly table: string; readonly files: number }
  | { readonly step: 'looking through'; readonly zone: string; readonly found: number }
  /** Bytes of what was written, read once more. */
  | { readonly step: 'reading'; readonly bytes: number; readonly of: number }
  | { readonly step: 'comparing'; readonly table: string; readonly part: number; readonly parts: number }
  | { readonly step: 'archiving'; readonly table: string; readonly files: number; readonly of: number };

export type OnProgress = (progress: Progress) => void;
