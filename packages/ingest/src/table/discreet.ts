/** Errors of the engine quote the values that they are about: of tables with hidden columns their words stay untold. */
import { quotingKind } from '@farelake/lake';
import { isHidden, type Contract } from '@farelake/schema-registry';

/** The error, or where it may tell a value of a column whose values nobody is told, another one that says its kind. */
export function discreet(contract: Contract | undefined, error: unknown): unknown {
  const kind = contract?.columns.some(isHidden) === true ? quotingKind(error) : undefined;
  if (kind === undefined || contract === undefined) return error;
  return new Error(
    `The engine stopped with a fault of kind '${kind}' on ${contract.dataset}; its words may quote hidden values and are not told. Does the contract give a column another type than its files have?`,
  );
}
