/**
 * Imports point one way (docs/adr/0001): what each package may import of its sisters, and which packages do no I/O.
 * `test/` folders may import any sister: a property that compares interpreter and engine needs both.
 */
export const MAY_IMPORT = {
  'schema-registry': [],
  plan: ['schema-registry'],
  qlik: ['schema-registry', 'plan'],
  dmap: ['schema-registry', 'plan'],
  kafka: ['schema-registry'],
  iceberg: [],
  lake: ['schema-registry', 'plan'],
  db: [],
  ingest: ['schema-registry', 'plan', 'qlik', 'dmap', 'kafka', 'iceberg', 'lake', 'db'],
  functions: ['schema-registry', 'plan', 'qlik', 'dmap', 'kafka', 'iceberg', 'lake', 'db', 'ingest'],
  cli: ['schema-registry', 'plan', 'qlik', 'dmap', 'kafka', 'iceberg', 'lake', 'db', 'ingest', 'functions'],
  infra: ['schema-registry', 'iceberg'],
};

/**
 * Packages that only compute: no files, no network, no clock, no process. What a library of theirs computes with is its own matter:
 * `avsc` brings the deflate of Avro files (node:zlib, in memory), so that iceberg needs no module of Node's itself.
 */
export const PURE = ['schema-registry', 'plan', 'qlik', 'kafka', 'iceberg'];

const IO_MODULES = ['node:*', 'fs', 'path', 'os', 'http', 'https', 'net', 'child_process', 'crypto', 'pg', '@duckdb/*'];

const rulesFor = (name) => {
  const forbidden = Object.keys(MAY_IMPORT).filter((other) => other !== name && !MAY_IMPORT[name].includes(other));
  const patterns = [
    {
      group: ['@farelake/*/*', '!@farelake/dmap/testing', '!@farelake/kafka/client', '!@farelake/functions/taps'],
      message: "A package is entered by its door, index.ts: import '@farelake/<name>'.",
    },
    { group: ['**/packages/**', '../../../*'], message: 'Reach another package by its name, not by a path.' },
  ];
  if (forbidden.length > 0)
    patterns.push({
      group: forbidden.map((other) => `@farelake/${other}`),
      message: `Imports point one way: ${name} may import ${MAY_IMPORT[name].join(', ') || 'no sister'}.`,
    });
  if (PURE.includes(name)) patterns.push({ group: IO_MODULES, message: `${name} is pure: it does no I/O.` });
  return patterns;
};

/** A version of the manifest without its snapshot would be one that readers of the catalog never see. */
const COMMIT = {
  name: '@farelake/db',
  importNames: ['commitVersion'],
  message: 'Tables change by commitTable (packages/ingest/src/catalog/commit-table.ts).',
};
const COMMITS = 'packages/ingest/src/catalog/commit-table.ts';

const restricted = (name, paths) => ({ 'no-restricted-imports': ['error', { paths, patterns: rulesFor(name) }] });

export const boundaries = [
  ...Object.keys(MAY_IMPORT).map((name) => ({
    files: name === 'infra' ? ['infra/index.ts', 'infra/src/**/*.ts'] : [`packages/${name}/src/**/*.ts`],
    rules: restricted(name, name === 'db' ? [] : [COMMIT]),
  })),
  { files: [COMMITS], rules: restricted('ingest', []) },
];
