/** All packages in one run: one Jest is many times faster than one per package. */
export default { projects: ['<rootDir>/packages/*', '<rootDir>/tools/*'] };
