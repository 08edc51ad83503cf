/** Other engines, for tests and benchmarks. */
export { cacheFolder, hasCommand, pythonEnvironment, type PythonEnvironment, type Unavailable } from './python.ts';
