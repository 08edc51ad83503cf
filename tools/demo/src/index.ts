/** The public door of the demonstration. */
export { start } from './start.ts';
