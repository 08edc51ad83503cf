import type { OnProgress, Progress } from '@farelake/ingest';
import { count } from './table.ts';
import type { Terminal } from './terminal.ts';

/** What the use cases are doing, in a line for people. */
export function describeProgress(progress: Progress): string {
  switch (progress.step) {
    case 'looking':
      return `looking at what was delivered: ${count(progress.found)} objects`;
    case 'listing':
      return `${progress.table}: ${count(progress.results)} datasets listed`;
    case 'fetching':
      return `${progress.table}: ${count(progress.done)} of ${count(progress.of)} datasets fetched, ${count(progress.bytes)} bytes`;
    case 'waiting for another process':
      return `${progress.table}: another command works on it, waiting`;
    case 'trying again':
      return `${progress.what}: trying again (${progress.why})`;
    case 'proving':
      return `${progress.table}: ${count(progress.files)} of ${count(progress.of)} files looked at, which may have come before`;
    case 'loading':
      return `${progress.table}: ${count(progress.files)} files loaded`;
    case 'on Spark':
      return `${progress.table}: ${progress.job} on Spark: ${progress.what}`;
    case 'looking up':
      return `${progress.table}: something came late, reading ${count(progress.opened)} of ${count(progress.of)} files of history`;
    case 'folding':
      return `${progress.table}: applying changes`;
    case 'committed':
      return `${progress.table}: ${count(progress.rows)} rows`;
    case 'publishing':
      return `${progress.table}: ${count(progress.rows)} rows published`;
    case 'publishing to Glue':
      return `${progress.table}: publishing to Glue`;
    case 'compacting':
      return `${progress.table}: merging files of ${progress.date}, ${count(progress.done)} of ${count(progress.of)} dates done`;
    case 'restoring':
      return `${progress.table}: ${count(progress.files)} files restored`;
    case 'looking through':
      return `looking at ${progress.zone}: ${count(progress.found)} objects`;
    case 'reading':
      return `reading what was written: ${count(progress.bytes)} of about ${count(progress.of)} bytes`;
    case 'comparing':
      return `${progress.table}: part ${count(progress.part)} of ${count(progress.parts)} compared`;
    case 'archiving':
      return `${progress.table}: ${count(progress.files)} of ${count(progress.of)} files archived`;
  }
}

/** Tables told of at once; more would not fit into a line. */
const SHOWN = 3;

/** Shows what goes on with several tables at once in one line: the last word of each of those that were heard of last. */
export function progressLine(terminal: Pick<Terminal, 'progress'>): OnProgress {
  const last = new Map<string, string>();
  return (progress) => {
    const about = 'table' in progress ? progress.table : 'what' in progress ? progress.what : '';
    last.delete(about);
    last.set(about, describeProgress(progress));
    // Registration is over when tables are worked on.
    if (about !== '') last.delete('');
    for (const name of [...last.keys()].slice(0, -SHOWN)) last.delete(name);
    const lines = [...last.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
    terminal.progress(lines.join(' · '));
  };
}
