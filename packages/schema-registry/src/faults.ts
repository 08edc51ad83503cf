/** Faults of a JSON document in plain words, for contracts and for whatever else a JSON Schema checks. */
import type { ErrorObject } from 'ajv';
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

/**
 * ajv's errors as faults, one for each thing wrong. Compile the schema with `allErrors` and `verbose`: without the
 * latter, ajv does not say what it found.
 */
export function faultsOfAjv(errors: readonly ErrorObject[]): Fault[] {
  // Errors of `if`, `anyOf` and the like only repeat that one of their branches failed, which has its own error.
  return errors.filter((error) => !COMPOUND.has(error.keyword)).map(faultOf);
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

const COMPOUND = new Set(['if', 'anyOf', 'oneOf', 'allOf', 'not']);

function faultOf(error: ErrorObject): Fault {
  const steps = stepsOf(error);
  const params = error.params as Record<string, unknown>;
  const at = (problem: string, allowed?: unknown): Fault => ({
    path: jsonPath(steps),
    problem,
    ...(isShort(error.data) ? { found: error.data } : {}),
    ...(allowed === undefined ? {} : { allowed }),
  });
  switch (error.keyword) {
    case 'required':
      return { path: jsonPath([...steps, String(params.missingProperty)]), problem: 'is required' };
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const extra = String(params.additionalProperty ?? params.unevaluatedProperty);
      return {
        path: jsonPath([...steps, extra]),
        problem: 'is not known here',
        allowed: Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {}),
      };
    }
    case 'type':
      return {
        ...at(`must be ${typeWords(params.type)}`),
        found: isShort(error.data) ? error.data : typeOf(error.data),
      };
    case 'enum':
      return at('is none of the allowed values', params.allowedValues);
    case 'const':
      return at('is not the allowed value', [params.allowedValue]);
    case 'pattern':
      // What a pattern is for stands in the schema's description, next to it: the pattern alone helps nobody.
      return at('is not of the right form', describedBy(error) ?? `text that matches ${String(params.pattern)}`);
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return at(`must be ${String(params.comparison)} ${String(params.limit)}`);
    case 'minLength':
      return at('must not be empty');
    case 'minItems':
      return at(`must have at least ${String(params.limit)} ${params.limit === 1 ? 'entry' : 'entries'}`);
    default:
      return at(error.message ?? `fails ${error.keyword}`);
  }
}

function describedBy(error: ErrorObject): string | undefined {
  return (error.parentSchema as { description?: string } | undefined)?.description;
}

/** The steps of a JSON pointer. It does not tell an index from a member's name of digits; digits count as an index. */
function stepsOf(error: ErrorObject): (string | number)[] {
  return error.instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^(0|[1-9]\d*)$/.test(step) ? Number(step) : step));
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function typeWords(type: unknown): string {
  const types = (Array.isArray(type) ? type : [type]).map(String);
  return types.map((name) => WORDS[name] ?? name).join(' or ');
}

function typeOf(value: unknown): string {
  return WORDS[Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
}

/** Whole objects and lists say nothing in a message. */
function isShort(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function show(value: unknown): string {
  const json = (JSON.stringify(value) as string | undefined) ?? String(value);
  const text = typeof value === 'string' ? `'${printable(value)}'` : json;
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
