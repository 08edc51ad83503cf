import { project } from '../../jest.project.js';

export default project(import.meta.dirname);
