/** Errors of the engine quote the values that they are about: of tables with hidden columns their words stay untold. */
import { isHidden, UserError, type Contract } from '@farelake/schema-registry';

/** Kinds whose words hold values (DuckDB 1.5, "Exception types"). */
const QUOTING = /^(Conversion|Invalid Input|Out of Range|Mismatch Type|INTERNAL|Constraint) Error:/;

/** The error, or where it may tell a value of a column whose values nobody is told, another one that says its kind. */
export function discreet(contract: Contract | undefined, error: unknown): unknown {
  if (!Error.isError(error) || error instanceof UserError || contract?.columns.some(isHidden) !== true) return error;
  const kind = QUOTING.exec(error.message)?.[1];
  if (kind === undefined) return error;
  return new Error(
    `The engine stopped with a fault of kind '${kind}' on ${contract.dataset}; its words may quote hidden values and are not told. Does the contract give a column another type than its files have?`,
  );
}
