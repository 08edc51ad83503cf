/**
 * The recipes of `test-corpus`: what is delivered, said in a few words, so that a case is read in a glance and files of
 * many megabytes need not be committed. test-corpus/README.md describes the language.
 */

export interface Recipe {
  /** One sentence for the page: what is wrong with what was delivered. */
  readonly what: string;
  /** Source table; `EDW.` and the case's name unless given. */
  readonly table?: string;
  /** Columns of the source; three usual ones unless given. */
  readonly columns?: readonly RecipeColumn[];
  /** Fields of the contract that are other than in a draft; null: there is none. */
  readonly contract?: Readonly<Record<string, unknown>> | null;
  readonly deliver: readonly Delivered[];
  /** Worked on in a home of its own: what it delivers would be told by every ingest of the folder. */
  readonly apart?: boolean;
  /** Root may do what this case needs to be refused. */
  readonly notAsRoot?: boolean;
}

export interface RecipeColumn {
  readonly name: string;
  readonly type: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly key?: number;
  /** As many columns, numbered behind the name. */
  readonly times?: number;
}

/** NULL, a text in quotes, a text as it stands (`raw`), a text many times over, or as many fields of one text (`each`). */
export type Cell =
  | string
  | null
  | { readonly raw: string }
  | { readonly repeat: string; readonly times: number }
  | { readonly each: string; readonly times: number };

export interface Delivered {
  /** Stem: `LOAD00000001`, or `20260101-010000000` for a change file. */
  readonly file: string;
  /** Folder it lies in; that of the table unless given. */
  readonly folder?: string;
  /** Names of the two files, where they are no stem with the usual endings; null: that one does not come. */
  readonly dataName?: string | null;
  readonly dfmName?: string | null;
  /** Instead of a file: a link to this, or a folder. */
  readonly insteadOfData?: { readonly link: string } | 'folder';
  /** The header line; the names of the columns unless given. */
  readonly header?: string;
  /** Of a change file `[number or text of the sequence, operation, mask, …columns]`. */
  readonly rows?: readonly (readonly (Cell | number)[])[];
  /** The whole text instead of header and rows. */
  readonly text?: string;
  /** Columns of this file, where they are not the table's. */
  readonly columns?: readonly RecipeColumn[];
  /** What is done to the text's bytes, in order. */
  readonly csv?: readonly Step[];
  /** What is done to the packed bytes, in order. */
  readonly gz?: readonly Step[];
  /** Permissions of the data file, octal. */
  readonly mode?: string;
  /** Not packed at all. */
  readonly plain?: boolean;
  /** Laid over the right `.dfm` (null removes a field), or its whole text. */
  readonly dfm?: string | Readonly<Record<string, unknown>>;
  /** What is done to the bytes of the `.dfm`. */
  readonly dfmBytes?: readonly Step[];
  readonly start?: string;
  readonly end?: string;
}

/** One thing done to bytes. */
export type Step =
  /** Keeps so many bytes; a negative number leaves out so many at the end. */
  | { readonly cut: number }
  /** The byte at this place, from the end if negative, becomes another. */
  | { readonly flip: number }
  | { readonly append: Bytes }
  | { readonly prepend: Bytes }
  /** Every mention of a text becomes these bytes. */
  | { readonly replace: string; readonly by: Bytes }
  | { readonly encode: 'utf16le' }
  /** Packed text only: packed once more. */
  | { readonly packAgain: true }
  /** Packed text only, and first: the text of this many rows goes into a gzip member of its own, the rest into another. */
  | { readonly splitAfterLines: number };

/** Text, or bytes in hex digits, or either many times over. */
export type Bytes =
  string | { readonly hex: string; readonly times?: number } | { readonly text: string; readonly times: number };

const RECIPE_KEYS = ['what', 'table', 'columns', 'contract', 'deliver', 'apart', 'notAsRoot'];
const DELIVERED_KEYS = [
  ...['file', 'folder', 'dataName', 'dfmName', 'insteadOfData', 'header', 'rows', 'text', 'columns'],
  ...['csv', 'gz', 'plain', 'dfm', 'dfmBytes', 'mode', 'start', 'end'],
];

/** @throws Error naming the file and the field that the language does not know: a misspelt one would be left out unseen */
export function parseRecipe(text: string, file: string): Recipe {
  const recipe = JSON.parse(text) as Recipe;
  refuseUnknown(recipe, RECIPE_KEYS, file);
  for (const one of recipe.deliver) refuseUnknown(one, DELIVERED_KEYS, file);
  return recipe;
}

/** @throws Error naming the field that is not among those known */
export function refuseUnknown(value: object, known: readonly string[], file: string): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0)
    throw new Error(`${file}: unknown field ${unknown.join(', ')}; known are ${known.join(', ')}`);
}

/** The columns that a case has unless it says otherwise. */
export const USUAL_COLUMNS: readonly RecipeColumn[] = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'NAME', type: 'STRING' },
  { name: 'PRICE', type: 'NUMERIC', precision: 9, scale: 2 },
];

/** Numbered ones each for itself. */
export const eachColumn = (columns: readonly RecipeColumn[]): RecipeColumn[] =>
  columns.flatMap(({ times, ...column }) =>
    times === undefined
      ? [column]
      : Array.from({ length: times }, (_, index) => ({ ...column, name: `${column.name}${index + 1}` })),
  );
