/** The JSON Schemas of plan and result. `schema/*.schema.json` are generated from them; a test holds the two together. */
import { JOBS, PLAN_VERSION } from './plan.ts';
import { RESULT_VERSION } from './result.ts';

type Properties = Readonly<Record<string, object>>;

/** An object that has nothing but these members, of which those named last may be left out. */
const object = (properties: Properties, ...optional: readonly string[]) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});
const list = (items: object) => ({ type: 'array', items });
const map = (values: object) => ({ type: 'object', additionalProperties: values });
const oneOf = (...values: readonly (string | number)[]) =>
  values.length === 1 ? { const: values[0] } : { enum: values };

const TEXT = { type: 'string' };
const NAME = { type: 'string', minLength: 1 };
const COUNT = { type: 'integer', minimum: 0 };
const AMOUNT = { type: 'number', minimum: 0 };
const FLAG = { type: 'boolean' };
const ATTEMPT = { type: 'string', pattern: '^[0-9a-f]{20}$' };
const SHA256 = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const ID = { type: 'integer', minimum: 1 };
const URI = { type: 'string', pattern: '^(s3|file)://' };

const column = { name: NAME, id: ID, elementId: ID, type: NAME };

const INPUT = {
  anyOf: [
    object({
      kind: oneOf('csv'),
      relation: NAME,
      fields: ID,
      format: object({ fieldDelimiter: NAME, quoteChar: TEXT, escapeChar: TEXT, nullValue: TEXT }),
      header: list(TEXT),
      objects: list(object({ loadId: ID, uri: URI, size: COUNT, tag: NAME })),
      unpackLimit: ID,
    }),
    object(
      {
        kind: oneOf('parquet'),
        relation: NAME,
        columns: list(object(column, 'elementId')),
        files: list(object({ uri: URI, size: COUNT, rows: COUNT, sha256: { anyOf: [SHA256, { type: 'null' }] } })),
        selected: FLAG,
      },
      'selected',
    ),
    object({ kind: oneOf('key'), relation: NAME, id: NAME }),
  ],
};

const STEP = {
  anyOf: [
    object({ kind: oneOf('view', 'table'), relation: NAME, sql: NAME }),
    object({ kind: oneOf('select'), input: NAME, sql: NAME }),
    object({ kind: oneOf('check', 'receipt'), name: NAME, sql: NAME }),
    object({ kind: oneOf('write'), output: NAME }),
  ],
};

const OUTPUT = object(
  {
    name: NAME,
    relation: NAME,
    columns: list(object({ ...column, listed: FLAG, hidden: FLAG }, 'elementId', 'listed', 'hidden')),
    prefix: URI,
    notes: map(TEXT),
    order: list(NAME),
    rows: ID,
    expectedRows: COUNT,
    segments: object({ first: ID, key: list(NAME), run: NAME }),
    guard: object({ column: NAME }),
  },
  'segments',
  'guard',
);

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

export const PLAN_SCHEMA = {
  $schema: DRAFT,
  title: 'Plan of a piece of work for another engine',
  ...object({
    version: oneOf(PLAN_VERSION),
    job: oneOf(...JOBS),
    dataset: NAME,
    attempt: ATTEMPT,
    dialect: oneOf('spark', 'duckdb'),
    inputs: list(INPUT),
    steps: list(STEP),
    outputs: list(OUTPUT),
    result: URI,
  }),
};

const STATISTICS = object(
  { id: ID, min: TEXT, max: TEXT, nulls: COUNT, values: COUNT, bytes: COUNT, hasNan: FLAG, listed: list(TEXT) },
  'min',
  'max',
  'hasNan',
  'listed',
);

const WRITTEN = object(
  {
    uri: URI,
    size: COUNT,
    sha256: SHA256,
    rows: COUNT,
    statistics: map(STATISTICS),
    segment: object({ number: ID, run: COUNT, lowestKey: list({ type: ['string', 'null'] }) }),
  },
  'segment',
);

export const RESULT_SCHEMA = {
  $schema: DRAFT,
  title: 'What a run of a plan answers',
  ...object(
    {
      version: oneOf(RESULT_VERSION),
      attempt: ATTEMPT,
      outcome: oneOf('done', 'held', 'misfit', 'refused', 'failed'),
      fault: object({ code: NAME, message: TEXT, loadId: ID, check: NAME }, 'loadId', 'check'),
      outputs: map(list(WRITTEN)),
      selected: map(list(COUNT)),
      receipts: map(list(map({ type: ['string', 'number', 'boolean', 'null'] }))),
      read: map(COUNT),
      metrics: object({ seconds: AMOUNT, startSeconds: AMOUNT, engine: NAME, runner: NAME, counters: map(AMOUNT) }),
    },
    'fault',
  ),
};

/** What the package's folder `schema` holds. */
export const schemaFiles = (): { readonly name: string; readonly text: string }[] =>
  Object.entries({ plan: PLAN_SCHEMA, result: RESULT_SCHEMA }).map(([name, schema]) => ({
    name: `${name}.schema.json`,
    text: `${JSON.stringify(schema, null, 2)}\n`,
  }));
