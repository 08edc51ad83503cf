/** Commands that a page shows, and what it says they print. */

export interface Shown {
  readonly script: string;
  /** Undefined: the page does not say. */
  readonly prints: string | undefined;
}

/** Blocks marked `sh run`, each with the `text prints` that comes next, if it comes before another block. */
export function shownCommands(page: string): Shown[] {
  const blocks = [...page.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(([, kind = '', text = '']) => ({ kind, text }));
  return blocks.flatMap(({ kind, text }, index) => {
    if (kind !== 'sh run') return [];
    const next = blocks[index + 1];
    return [{ script: text, prints: next?.kind === 'text prints' ? next.text : undefined }];
  });
}

/** The block marked `sh vendor`: what is left running beside the others. */
export const vendorCommand = (page: string): string | undefined => /^```sh vendor\n(.*?)\n```$/ms.exec(page)?.[1];

/** Variables set so far: what one shell would still know, and blocks that run one by one do not. */
export const exportsOf = (scripts: readonly string[]): string =>
  scripts
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('export '))
    .join('\n');
