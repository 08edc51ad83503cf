/** All packages in one run: one Jest is many times faster than one per package. */
import { TEST_TIMEOUT } from './jest.project.js';

export default {
  projects: ['<rootDir>/packages/*', '<rootDir>/tools/*', '<rootDir>/infra'],
  testTimeout: TEST_TIMEOUT,
  // Jest leaves a core free, which on two cores halves the pace; most tests wait for Postgres or files half their time.
  maxWorkers: '100%',
};
