/**
 * Settings of every property test, from the environment: `FARELAKE_RUNS` multiplies the number of runs, `FARELAKE_SEED`
 * and `FARELAKE_PATH` repeat a failure as fast-check prints it (with one test file or `-t` chosen).
 */
export function runs(count: number): { numRuns: number; seed?: number; path?: string } {
  const { FARELAKE_RUNS, FARELAKE_SEED, FARELAKE_PATH } = process.env;
  return {
    numRuns: Math.ceil(count * Number(FARELAKE_RUNS ?? 1)),
    ...(FARELAKE_SEED === undefined ? {} : { seed: Number(FARELAKE_SEED) }),
    ...(FARELAKE_PATH === undefined ? {} : { path: FARELAKE_PATH }),
  };
}
