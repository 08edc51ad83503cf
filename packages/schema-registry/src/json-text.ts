/**
 * JSON as a person wrote it: what is wrong in it, by line and column, and members written twice, of which `JSON.parse`
 * would take the last in silence.
 */
import { jsonPath } from './faults.ts';

export interface JsonProblem {
  readonly problem: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly path: string;
}

export type JsonReading =
  | { readonly ok: true; readonly value: unknown; readonly repeated: readonly JsonProblem[] }
  | { readonly ok: false; readonly syntax: JsonProblem };

/** Reads JSON text (RFC 8259, no comments, no byte order mark). Never throws. */
export function readJson(text: string): JsonReading {
  const cursor: Cursor = { text, at: 0, repeated: [] };
  try {
    scanValue(cursor, []);
    skipBlanks(cursor);
    if (cursor.at < text.length) throw new SyntaxFault('nothing more was expected', []);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return { ok: false, syntax: { ...placesIn(text)(cursor.at), problem: error.problem, path: jsonPath(error.steps) } };
  }
  return { ok: true, value: JSON.parse(text), repeated: repeatedIn(cursor) };
}

type Steps = readonly (string | number)[];

interface Cursor {
  readonly text: string;
  at: number;
  /** Members whose name was there before, from the first. */
  readonly repeated: { readonly at: number; readonly steps: Steps }[];
}

class SyntaxFault extends Error {
  readonly problem: string;
  readonly steps: Steps;
  constructor(problem: string, steps: Steps) {
    super(problem);
    this.problem = problem;
    this.steps = steps;
  }
}

const BLANKS = /[ \t\n\r]*/y;
/** In pieces: an expression for all of a string would fill the stack with one of millions of characters. */
// eslint-disable-next-line no-control-regex -- JSON forbids just these inside a string.
const PLAIN = /[^"\\\u0000-\u001f]{1,10000}/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** Deeper than any contract or `.dfm`; guards the stack. */
const MAX_DEPTH = 100;

function scanValue(cursor: Cursor, steps: Steps): void {
  if (steps.length > MAX_DEPTH) throw new SyntaxFault('is nested too deeply', []);
  skipBlanks(cursor);
  const next = cursor.text[cursor.at];
  if (next === '{') scanObject(cursor, steps);
  else if (next === '[') scanArray(cursor, steps);
  else if (next === '"') scanString(cursor, steps);
  else if (take(cursor, SCALAR) === undefined) throw new SyntaxFault('a value was expected', steps);
}

function scanObject(cursor: Cursor, steps: Steps): void {
  cursor.at++;
  const names = new Set<string>();
  if (takeIf(cursor, '}')) return;
  do {
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== '"') throw new SyntaxFault('a name in double quotes was expected', steps);
    const start = cursor.at;
    const name = scanString(cursor, steps);
    const inner = [...steps, name];
    if (names.has(name)) cursor.repeated.push({ at: start, steps: inner });
    names.add(name);
    if (!takeIf(cursor, ':')) throw new SyntaxFault("':' was expected", inner);
    scanValue(cursor, inner);
  } while (takeIf(cursor, ','));
  if (!takeIf(cursor, '}')) throw new SyntaxFault("',' or '}' was expected", steps);
}

function scanArray(cursor: Cursor, steps: Steps): void {
  cursor.at++;
  if (takeIf(cursor, ']')) return;
  let index = 0;
  do scanValue(cursor, [...steps, index++]);
  while (takeIf(cursor, ','));
  if (!takeIf(cursor, ']')) throw new SyntaxFault("',' or ']' was expected", steps);
}

function scanString(cursor: Cursor, steps: Steps): string {
  const { at, text } = cursor;
  cursor.at++;
  while (take(cursor, PLAIN) !== undefined || take(cursor, ESCAPE) !== undefined);
  if (text[cursor.at] !== '"') {
    cursor.at = at;
    throw new SyntaxFault('this string does not end, or holds a raw control character or a bad escape', steps);
  }
  cursor.at++;
  return JSON.parse(text.slice(at, cursor.at)) as string;
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  cursor.at += found?.length ?? 0;
  return found;
}

function takeIf(cursor: Cursor, character: string): boolean {
  skipBlanks(cursor);
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}

function skipBlanks(cursor: Cursor): void {
  take(cursor, BLANKS);
}

function repeatedIn({ text, repeated }: Cursor): JsonProblem[] {
  const place = placesIn(text);
  return repeated.map(({ at, steps }) => ({ ...place(at), problem: 'is written twice', path: jsonPath(steps) }));
}

/** Lines and columns of offsets that are asked for in order: each line is counted once, or a large text would take hours. */
function placesIn(text: string): (at: number) => { line: number; column: number } {
  let line = 1;
  let start = 0;
  let end = text.indexOf('\n');
  return (at) => {
    while (end >= 0 && end < at) {
      line += 1;
      start = end + 1;
      end = text.indexOf('\n', start);
    }
    return { line, column: at - start + 1 };
  };
}
