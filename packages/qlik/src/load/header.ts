import type { Dfm } from '../dfm/dfm.ts';

/**
 * What is different between a file's header line and its `.dfm`, in words; undefined: they agree.
 * @param tellNames may names of the header be told? In a file without a header line they are values.
 */
export function headerDifference(dfm: Dfm, header: readonly string[], tellNames = true): string | undefined {
  const announced = dfm.columns.map((column) => column.name);
  if (announced.length !== header.length)
    return `the header has ${header.length} columns, the .dfm announces ${announced.length}`;
  const place = announced.findIndex((name, index) => name !== header[index]);
  if (place < 0) return undefined;
  const [found, expected] = [header[place], announced[place]].map((name) => JSON.stringify(name));
  return `column ${place + 1} of the header is ${tellNames ? found : 'another (not shown)'}, the .dfm announces ${expected}`;
}
