/** The public door of the functions: one thin file per Lambda, event in, use case, answer out. */
export { bundleCode, bundleFunctions, FUNCTIONS, type Bundle } from './bundle/bundle.ts';
