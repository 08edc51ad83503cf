/** What the API answers, checked: a page of results, with what could not be read of it in words that hold no link. */
import { faultText, jsonPath, readJson, shapeOf, type Fault } from '@farelake/schema-registry';
import { isNameable } from '../dataset-key.ts';
import { parseDay, parseInstant } from '../instant.ts';
import { SignedLink } from '../link/signed-link.ts';
import { identityText, type ListedResult } from '../listed-result.ts';

/** An entry of a page, in its place. */
export interface ListedEntry {
  /** What tells it apart from all others, whatever link it came with. */
  readonly identity: string;
  readonly read: ListedResult | { readonly fault: string };
}

export type AnswerReading =
  { readonly ok: true; readonly entries: readonly ListedEntry[] } | { readonly ok: false; readonly problem: string };

/** How texts from outside are made fit to be shown. */
export interface Outside {
  readonly redact: (text: string) => string;
  readonly holdsSecret: (text: string) => boolean;
}

interface PageJson {
  readonly success: true;
  readonly results: readonly unknown[];
}

interface EntryJson {
  readonly dataset_id: string;
  readonly url: string;
  readonly start_date: string;
  readonly end_date: string;
  readonly last_updated: string;
}

const pageShape = shapeOf<PageJson>({
  type: 'object',
  required: ['success', 'results'],
  properties: { success: { const: true }, results: { type: 'array' } },
});

const text = { type: 'string', minLength: 1 };
const entryShape = shapeOf<EntryJson>({
  type: 'object',
  required: ['dataset_id', 'url', 'start_date', 'end_date', 'last_updated'],
  properties: { dataset_id: text, url: text, start_date: text, end_date: text, last_updated: text },
});

/** Reads one page. */
export function readAnswer(body: string, outside: Outside): AnswerReading {
  const start = body.trimStart();
  if (start.startsWith('<'))
    return bad(`it is a page of ${/^<(!doctype )?html/i.test(start) ? 'HTML' : 'XML'}, no JSON`);
  const json = readJson(body);
  if (!json.ok) {
    const { problem, line, column } = json.syntax;
    return bad(`it is no JSON (line ${line}, column ${column}: ${problem})`);
  }
  const refusal = refusalOf(json.value, outside);
  if (refusal !== undefined) return bad(refusal);
  const page = pageShape(json.value);
  if (!page.ok) return bad(faultsIn(page.faults, outside));
  const repeated = json.repeated.map(({ path, problem }) => ({ path, problem }));
  const outer = repeated.find(({ path }) => !path.startsWith('$.results['));
  if (outer !== undefined) return bad(outside.redact(faultText(outer)));
  const twice = byEntry(repeated);
  return {
    ok: true,
    entries: page.value.results.map((value, place) => readEntry(value, place, twice.get(place), outside)),
  };
}

/** The first of the members written twice in each entry, by the entry's place. */
function byEntry(repeated: readonly Fault[]): Map<number, Fault> {
  const places = repeated.map((fault) => [Number(/^\$\.results\[(\d+)\]\./.exec(fault.path)?.[1]), fault] as const);
  return new Map(places.toReversed());
}

const bad = (problem: string): AnswerReading => ({ ok: false, problem });

/** `success: false`, and why, as the vendor says it. */
function refusalOf(value: unknown, { redact }: Outside): string | undefined {
  const { success, message, error } = (value ?? {}) as Record<string, unknown>;
  if (success !== false) return undefined;
  const said = [message, error].find((words) => typeof words === 'string' && words !== '');
  return typeof said === 'string' ? `it says that it failed: ${redact(said)}` : 'it says that it failed, and not why';
}

function readEntry(value: unknown, place: number, twice: Fault | undefined, outside: Outside): ListedEntry {
  const at = (fault: string): ListedEntry => ({
    identity: `unreadable ${JSON.stringify(withoutLink(value))}`,
    read: { fault: outside.redact(fault) },
  });
  const path = (member: string): string => jsonPath(['results', place, member]);
  if (twice !== undefined) return at(faultText(twice));
  const entry = entryShape(value);
  if (!entry.ok) return at(faultsIn(entry.faults, outside, jsonPath(['results', place])));
  const { dataset_id: datasetId, url, start_date: first, end_date: last, last_updated: issued } = entry.value;
  const startDate = parseDay(first);
  const endDate = parseDay(last);
  const lastUpdated = parseInstant(issued);
  if (outside.holdsSecret(datasetId)) return at(`${path('dataset_id')}: holds what looks like a key or a signature`);
  // No database keeps them, and what is kept otherwise would be another id.
  if (!datasetId.isWellFormed() || datasetId.includes('\0'))
    return at(`${path('dataset_id')}: holds NUL or half a character; found ${JSON.stringify(datasetId)}`);
  const named = (fault: string): ListedEntry => at(`${fault} (dataset ${JSON.stringify(shortened(datasetId))})`);
  if (!isNameable(datasetId))
    return named(
      `${path('dataset_id')}: is longer than 200 characters as part of a path, where other than ASCII letters and digits take several`,
    );
  if (startDate === undefined) return named(`${path('start_date')}: is no day; found ${JSON.stringify(first)}`);
  if (endDate === undefined) return named(`${path('end_date')}: is no day; found ${JSON.stringify(last)}`);
  if (lastUpdated === undefined) return named(`${path('last_updated')}: is no time; found ${JSON.stringify(issued)}`);
  if (endDate < startDate) return named(`${path('end_date')}: ${endDate} is before the first day, ${startDate}`);
  const link = linkOf(url);
  if (link === undefined) return named(`${path('url')}: is no https address; it is not shown`);
  const read = { datasetId, startDate, endDate, lastUpdated, link };
  return { identity: identityText(read), read };
}

/** An id may have any length. */
const shortened = (id: string): string => (id.length > 60 ? `${id.slice(0, 60).toWellFormed()}…` : id);

/** Links are made anew for each listing, so they tell nothing apart. */
function withoutLink(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return { ...value, url: undefined };
}

function linkOf(url: string): SignedLink | undefined {
  try {
    return new SignedLink(url);
  } catch {
    return undefined;
  }
}

/** What a check found; of a link never what it is. */
function faultsIn(faults: readonly Fault[], { redact }: Outside, below = '$'): string {
  return faults
    .map(({ found, ...fault }) => {
      const path = `${below}${fault.path.slice(1)}`;
      const isShown = found !== undefined && !path.endsWith('.url');
      return redact(faultText({ ...fault, path, ...(isShown ? { found } : {}) }));
    })
    .join('; ');
}
