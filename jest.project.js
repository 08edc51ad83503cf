import path from 'node:path';

const support = path.join(import.meta.dirname, 'packages/db/test/support');

/** Milliseconds: long enough that a busy machine fails no test; no test is about time. */
export const TEST_TIMEOUT = 120_000;

/**
 * The Jest project of one package: TypeScript stripped by SWC, tests in `test/`.
 * The hooks are those of the tests' Postgres: one server per run, started by the first test file that asks for it
 * (`withTestDatabase`), so that packages without a database pay nothing. Jest runs each hook once, however many
 * projects name it.
 * @param {string} rootDir the package's folder
 */
export const project = (rootDir) => ({
  displayName: path.basename(rootDir),
  rootDir,
  testEnvironment: 'node',
  // For a package that is tested by itself: the root's configuration is not read then.
  testTimeout: TEST_TIMEOUT,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  globalSetup: path.join(support, 'global-setup.ts'),
  globalTeardown: path.join(support, 'global-teardown.ts'),
  // These are published as ES modules only, and tests run as CommonJS.
  transformIgnorePatterns: [
    '/node_modules/(?!(hyparquet|hyparquet-compressors|hyparquet-writer|hysnappy|icebird|uuid|@platformatic/[a-z-]+)/)',
  ],
  transform: {
    '\\.[jt]s$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }],
  },
});
