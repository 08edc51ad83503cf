/**
 * Imports point one way (docs/adr/0001): what each package may import of its sisters, and which packages do no I/O.
 * `test/` folders may import any sister: a property that compares interpreter and engine needs both.
 */
export const MAY_IMPORT = {
  'schema-registry': [],
  qlik: ['schema-registry'],
  dmap: ['schema-registry'],
  kafka: ['schema-registry'],
  lake: ['schema-registry'],
  db: [],
  ingest: ['schema-registry', 'qlik', 'dmap', 'kafka', 'lake', 'db'],
  functions: ['schema-registry', 'qlik', 'dmap', 'kafka', 'lake', 'db', 'ingest'],
  cli: ['schema-registry', 'qlik', 'dmap', 'kafka', 'lake', 'db', 'ingest', 'functions'],
  infra: ['schema-registry'],
};

/** Packages that only compute: no files, no network, no clock, no process. */
export const PURE = ['schema-registry', 'qlik', 'kafka'];

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

export const boundaries = Object.keys(MAY_IMPORT).map((name) => ({
  files: name === 'infra' ? ['infra/index.ts', 'infra/src/**/*.ts'] : [`packages/${name}/src/**/*.ts`],
  rules: { 'no-restricted-imports': ['error', { patterns: rulesFor(name) }] },
}));
