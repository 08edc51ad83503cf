/**
 * What every policy of the program must keep: no wildcard action is allowed to anybody, and a wildcard resource only
 * where AWS takes nothing else. Statements that deny may be as wide as they like. Pure, so that tests judge by it
 * whatever the program registers.
 */
import type { PolicyDocument, Statement } from './document.ts';

/**
 * Actions that AWS grants on all resources or not at all, each with its reason. The network interfaces of a function in
 * a VPC: Lambda makes them on the role's behalf, and refuses a role that names resources (Lambda developer guide,
 * "Giving Lambda functions access to resources in an Amazon VPC"). The same policy denies them to the function's code.
 */
export const ANY_RESOURCE: readonly string[] = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** A `*` may stand for the objects of one named bucket or the streams of one named log group, and for nothing else. */
const INSIDE_ONE = [/^arn:aws:s3:::[a-z0-9-]+\/\*$/, /^arn:aws:logs:[a-z0-9-]+:\d{12}:log-group:[\w/-]+:\*$/];

/** What is wrong with a policy, one sentence for each fault; none: it keeps the rules. */
export function policyFaults(document: PolicyDocument): string[] {
  return document.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(statementFaults);
}

function statementFaults({ Sid, Action, Resource = [], Principal, Condition }: Statement): string[] {
  const faults = Action.filter((action) => action.includes('*')).map((action) => `${Sid} allows ${action}`);
  const wide = Resource.filter((resource) => resource.includes('*') && !INSIDE_ONE.some((one) => one.test(resource)));
  const unlisted = Action.filter((action) => !ANY_RESOURCE.includes(action));
  if (wide.length > 0 && (unlisted.length > 0 || wide.some((resource) => resource !== '*')))
    faults.push(`${Sid} allows ${unlisted.join(', ') || Action.join(', ')} on ${wide.join(', ')}`);
  if (Principal === '*' && Condition === undefined) faults.push(`${Sid} allows everybody`);
  return faults;
}
