/** Columns of a DMAP set, from their one-line form. */

/** Whole number, text, time, number with a fraction, day. */
export type ColumnKind = 'i' | 's' | 't' | 'f' | 'd';

export interface SetColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** @param text `name:kind`, between blanks */
export const columnsOf = (text: string): readonly SetColumn[] =>
  text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [, name = '', kind = ''] = /^(\w+):([istfd])$/.exec(entry) ?? [];
      if (name === '') throw new Error(`${entry} is no column`);
      return { name, kind: kind as ColumnKind };
    });
