/** From the text of a plan or result, which comes from a store, to what it says; and back. */
import { shapeOf, UserError, type Fault } from '@farelake/schema-registry';
import type { Plan } from './plan.ts';
import type { Result } from './result.ts';
import { PLAN_SCHEMA, RESULT_SCHEMA } from './schema.ts';

const planShape = shapeOf<Plan>(PLAN_SCHEMA);
const resultShape = shapeOf<Result>(RESULT_SCHEMA);

/** @throws UserError `bad-plan` */
export function readPlan(text: string): Plan {
  const reading = planShape(parsed(text));
  if (reading.ok) return reading.value;
  throw new UserError({
    code: 'bad-plan',
    problem: `This is no plan that this version reads: ${first(reading.faults)}.`,
    remedy: 'Have the work planned again by this release.',
    data: { faults: reading.faults.length },
  });
}

/** @throws UserError `bad-result` of a file that is cut off, of another version, or no result at all */
export function readResult(text: string): Result {
  const reading = resultShape(parsed(text));
  if (reading.ok) return reading.value;
  throw new UserError({
    code: 'bad-result',
    problem: `This is no result that this version reads: ${first(reading.faults)}.`,
    remedy: 'Deploy the jobs of this release beside it, and have the work done again.',
    data: { faults: reading.faults.length },
  });
}

/** One member a line: plans are looked at by people, and compared. */
export const formatPlan = (plan: Plan): string => `${JSON.stringify(plan, null, 2)}\n`;

const first = ([fault]: readonly Fault[]): string =>
  fault === undefined ? 'nothing is in it' : `${fault.path}: ${fault.problem}`;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
