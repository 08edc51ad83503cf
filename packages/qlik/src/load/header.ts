import type { Dfm } from '../dfm/dfm.ts';

/** What is different between a file's header line and its `.dfm`, in words; undefined: they agree. */
export function headerDifference(dfm: Dfm, header: readonly string[]): string | undefined {
  const announced = dfm.columns.map((column) => column.name);
  if (announced.length !== header.length)
    return `the header has ${header.length} columns, the .dfm announces ${announced.length}`;
  const place = announced.findIndex((name, index) => name !== header[index]);
  if (place < 0) return undefined;
  return `column ${place + 1} of the header is ${JSON.stringify(header[place])}, the .dfm announces ${JSON.stringify(announced[place])}`;
}
