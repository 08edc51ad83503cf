/** What an audit can find, and what to do about each kind. */
export const FINDINGS = {
  'not-restored': {
    means:
      'a table that another ledger committed, and of which this one knows nothing, or not the newest version; it takes nothing in until that is settled',
    remedy:
      'If the database was lost, or brought back from a backup: farelake restore into an empty one, before anything is ingested. Else DATABASE_URL or FARELAKE_STAGE is another place.',
  },
  unregistered: {
    means: 'delivered, and not in the ledger',
    remedy: 'farelake ingest <the place>: without --table, which passes other tables over.',
  },
  overwritten: {
    means: 'an older version in a bucket that was overwritten or deleted before the ledger knew it',
    remedy:
      'Copy that version over the newer one, ingest, and copy the newer one back; or ask for it to be delivered again.',
  },
  'object-gone': {
    means: 'in the ledger, not archived, and where it was delivered no more',
    remedy: 'Have it delivered again under the same name, and ingest.',
  },
  'copy-gone': {
    means: 'archived by the ledger, and the copy is not there',
    remedy: "Restore it in the archive, from the bucket's versions or a backup, or from where it still lies.",
  },
  'copy-differs': {
    means: 'an archived copy of another size than the object',
    remedy: "Restore it in the archive, from the bucket's versions or a backup.",
  },
  'copy-damaged': {
    means: 'an archived copy with other bytes than the object',
    remedy:
      "Restore it in the archive, from the bucket's versions or a backup, or from where it still lies; else have it delivered again, and copy it there.",
  },
  'refused-gone': {
    means:
      'a refused file, the reason beside it, or the rows refused of one, that the ledger has in the error zone and that are not there',
    remedy:
      "Restore it there, from the bucket's versions or a backup; else the delivered file, or the archived records of a topic, still have the rows, and ledger.loads or ledger.kafka_refused the reason.",
  },
  'refused-differs': {
    means: 'a refused file in another size than it was delivered in, or an empty reason or file of refused rows',
    remedy:
      "Restore it there, from the bucket's versions or a backup; else the delivered file, or the archived records of a topic, still have the rows, and ledger.loads or ledger.kafka_refused the reason.",
  },
  'refused-damaged': {
    means: 'a refused file, its reason, or refused rows, with other bytes than were written',
    remedy:
      "Restore it there, from the bucket's versions or a backup; else the delivered file, or the archived records of a topic, still have the rows, and ledger.loads or ledger.kafka_refused the reason. farelake replay --load refuses rows of files anew.",
  },
  'unknown-copy': {
    means: 'in the archive or the error zone, and of no object, and no commit of a topic, in the ledger',
    remedy:
      'Do not delete it: the ledger may have been restored to an older state. Deliver the object again, and ingest.',
  },
  'file-gone': {
    means: 'a Parquet file of a table that is not there',
    remedy:
      "Restore it, from the bucket's versions or a backup; of a current table farelake repair rebuilds it, of a DMAP table farelake replay; of a topic the archive still has the records (ledger.kafka_batches).",
  },
  'file-differs': {
    means: 'a Parquet file of a table of another size than the manifest says',
    remedy:
      "Restore it, from the bucket's versions or a backup; of a current table farelake repair rebuilds it, of a DMAP table farelake replay; of a topic the archive still has the records (ledger.kafka_batches).",
  },
  'metadata-gone': {
    means: "a file of a table's Iceberg metadata that is not there, or is of another size than was written",
    remedy:
      "farelake catalog reset writes the table's metadata anew from the ledger; snapshots of before are not in it. The table itself is right; until then, what came since cannot be restored from stage.",
  },
  'foreign-commit': {
    means:
      'a table of which the catalog shows what another writer made, or nothing; it takes nothing in until that is settled',
    remedy: "Save what that writer made, if it matters; farelake catalog reset shows the ledger's version again.",
  },
  'not-shown': {
    means: 'a table of which the catalog shows an older version, because its files do not go with its contract',
    remedy:
      'farelake replay --table --all takes its loads through again by the contract of now; or set back in the contract what the finding names. The table itself is right.',
  },
  'history-damaged': {
    means: 'a file of history, or of a DMAP table, with other bytes than were written',
    remedy:
      "Restore it, from the bucket's versions or a backup; or send all loads of it through again: farelake replay --load. Verify and repair refuse until then.",
  },
  'current-damaged': {
    means: 'a file of a current table with other bytes than were written',
    remedy:
      'farelake verify --table shows which rows differ, and farelake repair --table --why writes them anew from history. Of a snapshot that is not in use (edw_x@…), changes that fall on it fold it anew; if it is shown before, repair it then.',
  },
  'topic-damaged': {
    means: "a file of a topic's table with other bytes than were written",
    remedy:
      "Restore it, from the bucket's versions or a backup; else the archive still has the records (ledger.kafka_batches). Nothing of its service date is merged until then.",
  },
  'receipt-missing': {
    means: 'a file whose rows are in history without a receipt',
    remedy: 'Send it through again: farelake replay --load.',
  },
  'receipt-wrong': {
    means: 'a receipt that does not add up',
    remedy: 'Send it through again: farelake replay --load.',
  },
  'rows-differ': {
    means: 'files with other rows than the receipts of a batch, a version of a table, or the records of a topic tell',
    remedy:
      'A batch: send its files through again (farelake replay). A current table: farelake verify, farelake repair. A topic: somebody changed the ledger; restore it from a backup.',
  },
  'offsets-differ': {
    means: 'a partition of a topic whose offsets or refused records are not as many as were counted',
    remedy:
      'Somebody changed the ledger: restore it from a backup. Records that it lacks then are taken when they come again.',
  },
  'state-differs': {
    means: 'a file whose state and the list of what its table was made of contradict each other',
    remedy: 'farelake ingest works the table out anew; until then verify and repair leave it alone.',
  },
  'dataset-differs': {
    means: 'a dataset whose state, rows or place in its table contradict each other',
    remedy:
      'Send the load that counts through again (farelake replay --load): it takes the place of all others of its dataset.',
  },
  'load-missing': {
    means: 'a data file in the ledger that no load is of, so that nothing comes of it',
    remedy: 'farelake ingest gives it one.',
  },
  'counter-gap': {
    means: 'files missing in the middle of a snapshot',
    remedy: 'Have them delivered, and ingest; the snapshot is not shown before.',
  },
  'data-alone': {
    means: 'a data file whose .dfm has not come',
    remedy: 'Have the .dfm delivered beside it, and ingest.',
  },
  'dfm-alone': {
    means: 'a .dfm whose data file has not come',
    remedy: 'Have the data file delivered, and ingest: its rows are missing.',
  },
  'vendor-errors': {
    means: 'a file whose .dfm tells of errors at the source',
    remedy: 'Ask the vendor which rows are missing in it.',
  },
  'described-anew': {
    means: 'a file in the table whose .dfm was replaced, after it was loaded, by one that says otherwise',
    remedy:
      'farelake replay --load takes it through by the new one; where that is wrong, have the right one delivered.',
  },
  unreadable: {
    means: 'something in a place of deliveries that cannot be read',
    remedy: 'Let this user read it, or replace a link by what it points at, and a pipe by a file.',
  },
  'out-of-reach': {
    means: 'a place that the ledger knows and that does not answer, so that nothing can be said of what lies there',
    remedy: 'Audit again when it does.',
  },
} as const;

export type FindingKind = keyof typeof FINDINGS;

export interface Finding {
  readonly kind: FindingKind;
  /** Null: it belongs to none. */
  readonly table: string | null;
  /** Key, path or URI of what it is about. */
  readonly object: string;
  readonly problem: string;
}

/** What is no fault, and may explain one. */
export const NOTES = {
  foreign: 'files beside the deliveries that are no objects of a feed',
  replaced: 'files that were replaced under their name before they were loaded',
  'sent-again':
    'change files that begin before the end of the one before: sent again, after a restart; events count once',
  twins: 'files of one content under several names; events count once',
  'times-contradict': '.dfms whose times end before they begin',
  'older-columns': 'change files with a lower tableVersion than the one before',
  unnamed:
    'files in the error zone, and records of topics in the archive, that nothing in the ledger names: refused before a replay or a retry, which stay, or of attempts that died, which farelake maintain removes',
  unproven: 'files and copies of which no checksum was noted: read to the end, and not compared',
  unlisted: 'files in the stage zone that no manifest lists; farelake maintain removes those of dead attempts',
} as const;

export type NoteKind = keyof typeof NOTES;

export interface Note {
  readonly kind: NoteKind;
  readonly count: number;
  /** The first of them. */
  readonly examples: readonly string[];
}

/** Examples of a note. */
const SHOWN = 5;

/** Gathers what is found. */
export class Findings {
  readonly all: Finding[] = [];
  readonly #notes = new Map<NoteKind, { count: number; examples: string[] }>();

  add(kind: FindingKind, table: string | null, object: string, problem?: string): void {
    this.all.push({ kind, table, object, problem: problem ?? FINDINGS[kind].means });
  }

  /** Puts those after the first `known` in order of what they are about: they were found side by side. */
  order(known: number): void {
    const found = this.all.splice(known).sort((a, b) => (a.object < b.object ? -1 : 1));
    for (const finding of found) this.all.push(finding);
  }

  note(kind: NoteKind, example: string): void {
    const note = this.#notes.get(kind) ?? { count: 0, examples: [] };
    this.#notes.set(kind, note);
    note.count += 1;
    if (note.examples.length < SHOWN) note.examples.push(example);
  }

  notes(): Note[] {
    return [...this.#notes].map(([kind, note]) => ({ kind, ...note }));
  }
}
