/** From which version to before which a table has a file. Pure. */

export interface Span {
  readonly path: string;
  /** The first of the versions that has it, after one that had not. */
  readonly added: number;
  /** The first that has it no more; null: the newest has it. */
  readonly removed: number | null;
}

/** @param versions the oldest first. A file that comes back has a span for each time. */
export function spansOf(versions: readonly { readonly version: number; readonly paths: readonly string[] }[]): Span[] {
  const spans: Span[] = [];
  const open = new Map<string, number>();
  for (const { version, paths } of versions) {
    const here = new Set(paths);
    for (const [path, added] of open)
      if (!here.has(path)) {
        spans.push({ path, added, removed: version });
        open.delete(path);
      }
    for (const path of here) if (!open.has(path)) open.set(path, version);
  }
  return [...spans, ...[...open].map(([path, added]) => ({ path, added, removed: null }))];
}
