/** Reads and checks a stack's configuration as a whole, so that every fault is told at once. Pure. */
import { UserError } from '@farelake/schema-registry';
import { ENVIRONMENTS, type DatabaseConfig, type RegisterConfig, type StackConfig } from './stack-config.ts';
import { ConfigReader, type Rule } from './config-reader.ts';

const text = (pattern: RegExp, allowed: string): Rule<string> => ({
  allowed,
  read: (found) => (typeof found === 'string' && pattern.test(found) ? found : undefined),
});

const integer = (from: number, to: number): Rule<number> => ({
  allowed: `a whole number from ${from} to ${to}`,
  read: (found) => {
    // Pulumi hands every plain value over as text, and those inside of an object as they are.
    const value = typeof found === 'string' && /^\d+$/.test(found) ? Number(found) : found;
    return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to ? value : undefined;
  },
});

const oneOf = (values: readonly number[]): Rule<number> => ({
  allowed: `one of ${values.join(', ')}`,
  read: (found) => values.find((value) => String(value) === String(found)),
});

const yesOrNo: Rule<boolean> = {
  allowed: 'true or false',
  read: (found) => (String(found) === 'true' ? true : String(found) === 'false' ? false : undefined),
};

const list = (pattern: RegExp, allowed: string): Rule<readonly string[]> => ({
  allowed: `a list of one or more, each ${allowed}`,
  read: (found) =>
    Array.isArray(found) && found.length > 0 && found.every((item) => typeof item === 'string' && pattern.test(item))
      ? (found as string[])
      : undefined,
});

/** CloudWatch Logs API reference, PutRetentionPolicy. */
const LOG_RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const DATABASE: { readonly [K in keyof DatabaseConfig]: Rule<DatabaseConfig[K]> } = {
  host: text(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i, 'a host name'),
  port: integer(1, 65_535),
  name: text(/^[a-z_][a-z0-9_]{0,62}$/, 'a database name in lower case'),
  user: text(/^[a-z_][a-z0-9_]{0,62}$/, 'a database user in lower case'),
  resourceId: text(/^(db|cluster)-[A-Z0-9]+$/, 'the resource id, db-… or cluster-… in capitals, not the identifier'),
  subnetIds: list(/^subnet-[0-9a-f]{8,17}$/, 'subnet-…'),
  securityGroupIds: list(/^sg-[0-9a-f]{8,17}$/, 'sg-…'),
};

const REGISTER: { readonly [K in keyof RegisterConfig]: Rule<RegisterConfig[K]> } = {
  memoryMb: integer(128, 10_240),
  timeoutSeconds: integer(5, 900),
  // An event source takes 2 at least; each instance is a connection of the database.
  concurrency: integer(2, 100),
  batchSize: integer(1, 1_000),
  // Without a window, batches of more than 10 are refused.
  batchWindowSeconds: integer(1, 300),
};

/**
 * Regions of the standard partition: every ARN here is `arn:aws:…`, and those of GovCloud (`arn:aws-us-gov:`), China
 * (`arn:aws-cn:`) and the isolated partitions are others.
 */
const REGION =
  /^(?:us|eu|ap|sa|ca|me|af|il|mx)-(?:north|south|east|west|central|northeast|southeast|northwest|southwest)-\d$/;

const STACK = {
  region: text(
    REGION,
    'an AWS region, for example us-east-1, of the standard partition: the ARNs of this program begin with arn:aws:',
  ),
  accountId: text(/^\d{12}$/, 'an AWS account id: twelve digits, in quotes'),
  protectData: yesOrNo,
  logRetentionDays: oneOf(LOG_RETENTIONS),
  noncurrentDays: integer(1, 3_650),
} as const;

/**
 * @param stack the stack's name, which is the environment's
 * @param values as Pulumi hands them over: full key (`farelake:region`) to text, objects and lists as JSON
 * @throws UserError `bad-config` naming of each fault the key, what was found, and what is allowed
 */
export function readConfig(stack: string, values: Readonly<Record<string, string>>): StackConfig {
  const reader = new ConfigReader('farelake', values);
  const environment = ENVIRONMENTS.find((known) => known === stack);
  if (environment === undefined) reader.fault('stack', stack, `one of ${ENVIRONMENTS.join(', ')}`);
  const config = {
    environment,
    ...reader.plain(STACK),
    database: reader.object('database', DATABASE),
    register: reader.object('register', REGISTER),
  };
  reader.refuseUnknown([...Object.keys(STACK), 'database', 'register']);
  if (reader.faults.length > 0)
    throw new UserError({
      code: 'bad-config',
      problem: `The configuration of stack ${stack} has ${reader.faults.length} faults:\n${reader.faults.map((fault) => `  ${fault}`).join('\n')}`,
      remedy: `\nCorrect Pulumi.${stack}.yaml; README, "Stand up an environment", lists the keys.`,
      data: { stack, faults: reader.faults },
    });
  return config as StackConfig;
}
