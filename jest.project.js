import path from 'node:path';

/**
 * The Jest project of one package: TypeScript stripped by SWC, tests in `test/`.
 * @param {string} rootDir the package's folder
 */
export const project = (rootDir) => ({
  displayName: path.basename(rootDir),
  rootDir,
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '\\.[jt]s$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }],
  },
});
