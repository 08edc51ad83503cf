/** Tests on other engines, apart from `npm test`, which needs Node alone: `npm run test:engines`. */
import path from 'node:path';
import { project, TEST_TIMEOUT } from '../../jest.project.js';

const root = path.join(import.meta.dirname, '../..');

export default {
  ...project(root),
  displayName: 'engines',
  testMatch: [
    '<rootDir>/tools/engines/engine-tests/**/*.test.ts',
    '<rootDir>/packages/lake/test/engine/engine-files.test.ts',
  ],
  globalSetup: path.join(import.meta.dirname, 'engine-tests/support/global-setup.ts'),
  testTimeout: 2 * TEST_TIMEOUT,
  // As beside the others: brokers and other engines let tests wait half their time.
  maxWorkers: '100%',
};
