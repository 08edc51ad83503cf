/** Faults of a JSON document in plain words. */
import { printable } from './printable.ts';

/** One thing that is wrong in a document. */
export interface Fault {
  /** Where, as a JSON path: `$.columns[3].type`; `$` is the document. */
  readonly path: string;
  readonly problem: string;
  readonly found?: unknown;
  /** What would be right, in words or as a list of values. */
  readonly allowed?: unknown;
  readonly remedy?: string;
}

/** A JSON path from the steps below the document: `['columns', 3, 'type']` → `$.columns[3].type`. */
export function jsonPath(steps: readonly (string | number)[]): string {
  const text = steps.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[$A-Za-z_][$\w]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return `$${text.join('')}`;
}

/** A fault as one line: `$.key: is required`. */
export function faultText({ path, problem, found, allowed, remedy }: Fault): string {
  const parts = [`${path}: ${problem}`];
  if (found !== undefined) parts.push(`found ${show(found)}`);
  if (allowed !== undefined)
    parts.push(`allowed: ${Array.isArray(allowed) ? allowed.map(show).join(', ') : show(allowed)}`);
  return parts.join('; ') + (remedy === undefined ? '' : `. ${remedy}`);
}

function show(value: unknown): string {
  const json = (JSON.stringify(value) as string | undefined) ?? String(value);
  const text = typeof value === 'string' ? `'${printable(value)}'` : json;
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
