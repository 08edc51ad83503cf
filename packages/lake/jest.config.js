import { project } from '../../jest.project.js';

export default {
  ...project(import.meta.dirname),
  // Published as ES modules only, and tests run as CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(hyparquet|hyparquet-compressors|hysnappy)/)'],
};
