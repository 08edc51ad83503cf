/**
 * What a piece of shell or Markdown asks npm and Nx to do, so that a test can ask whether they know it. Reads only
 * `npm run x`, `npm test`, `npm start`, `npx nx … -t x` and `npx nx run p:x`.
 */
export interface Asked {
  /** npm scripts of the root. */
  readonly scripts: readonly string[];
  /** Nx targets. */
  readonly targets: readonly string[];
  /** npm scripts of a workspace: `npm run x -w tools/y`. */
  readonly workspaceScripts: readonly { readonly workspace: string; readonly script: string }[];
}

export function askedBy(text: string): Asked {
  const scripts: string[] = [];
  const workspaceScripts: Asked['workspaceScripts'][number][] = [];
  for (const [, script = '', rest = ''] of text.matchAll(/\bnpm run (?:--?silent |-s )?([\w:-]+)([^\n`|&;]*)/g)) {
    const workspace = /(?:^| )-w (\S+)/.exec(rest)?.[1];
    if (workspace === undefined) scripts.push(script);
    else workspaceScripts.push({ workspace, script });
  }
  for (const [, script = ''] of text.matchAll(/\bnpm (test|start)\b/g)) scripts.push(script);
  const targets = [...text.matchAll(/\bnx (?:affected|run-many)[^\n`|&;]*? -t ((?:[a-z][\w-]* ?)+)/g)].flatMap(
    ([, names = '']) => names.trim().split(/ +/),
  );
  return { scripts, targets, workspaceScripts };
}
