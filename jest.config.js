/** All packages in one run: one Jest is many times faster than one per package. */
import { TEST_TIMEOUT } from './jest.project.js';

export default { projects: ['<rootDir>/packages/*', '<rootDir>/tools/*', '<rootDir>/infra'], testTimeout: TEST_TIMEOUT };
