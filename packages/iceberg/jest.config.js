import { project } from '../../jest.project.js';

// What `npm run build` leaves has the package's name too.
export default { ...project(import.meta.dirname), modulePathIgnorePatterns: ['<rootDir>/dist/'] };
