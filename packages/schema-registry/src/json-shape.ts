/** Whether a JSON document has the shape that a JSON Schema says, and what is wrong where it has not. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { type Fault, jsonPath } from './faults.ts';

export type ShapeReading<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * A check of one shape. The schema is compiled when the check is used for the first time: that costs more than all else which
 * an import of this package does.
 * @param schema JSON Schema 2020-12; what fits it has to be a `T`
 * @throws Error (the check, on first use) for a schema that is none: a bug
 */
export function shapeOf<T>(schema: object): (value: unknown) => ShapeReading<T> {
  let check: ValidateFunction<T> | undefined;
  return (value) => {
    check ??= compiler().compile<T>(schema);
    return check(value) ? { ok: true, value } : { ok: false, faults: faultsOf(check.errors ?? []) };
  };
}

/** The first rule of a shape that a value breaks. */
export interface BrokenRule {
  /** Of JSON Schema: `type`, `required`, `additionalProperties`, … */
  readonly keyword: string;
  /** Where; of a member that is missing or too many, its own place. */
  readonly path: string;
}

/** As `shapeOf`, for values of which there are many: says which rule is broken and where, and nothing of what was found. */
export function ruleOf(schema: object): (value: unknown) => BrokenRule | undefined {
  let check: ValidateFunction | undefined;
  return (value) => {
    check ??= compiler().compile(schema);
    if (check(value)) return undefined;
    const [first] = (check.errors ?? []).filter((error) => !COMPOUND.has(error.keyword));
    if (first === undefined) return { keyword: 'schema', path: '$' };
    return { keyword: first.keyword, path: faultOf(first).path };
  };
}

let ajv: Ajv2020 | undefined;

/** One for all schemas: the first that it compiles is the JSON Schema of JSON Schemas. Without `verbose` it does not say what it found. */
const compiler = (): Ajv2020 => (ajv ??= new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true }));

/** The compiler's errors as faults, one for each thing wrong. */
function faultsOf(errors: readonly ErrorObject[]): Fault[] {
  // Errors of `if`, `anyOf` and the like only repeat that one of their branches failed, which has its own error.
  return errors.filter((error) => !COMPOUND.has(error.keyword)).map(faultOf);
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
