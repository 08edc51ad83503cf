/**
 * Settings of property tests from the environment: `FC_RUNS` multiplies the number of runs, `FC_SEED` and `FC_PATH`
 * repeat a failure as fast-check prints it.
 */
export function runs(count: number): { numRuns: number; seed?: number; path?: string } {
  const { FC_RUNS, FC_SEED, FC_PATH } = process.env;
  return {
    numRuns: Math.ceil(count * Number(FC_RUNS ?? 1)),
    ...(FC_SEED === undefined ? {} : { seed: Number(FC_SEED) }),
    ...(FC_PATH === undefined ? {} : { path: FC_PATH }),
  };
}
