/** The public door of the command line, for scripts of this repository. */
export { main } from './main.ts';
export { readEnvironment, type Environment } from './environment.ts';
