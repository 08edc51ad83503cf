/** What the way of an object from the incoming bucket to the ledger is made of. Pure. */
import type { cloudwatch, lambda, sqs } from '@pulumi/aws';
import type { StackConfig } from '../config/stack-config.ts';
import { arnOf, bucketName, logGroupName, nameOf } from '../names.ts';
import { denyWithoutTls, policyText } from '../policies/document.ts';

/** Messages live as long as SQS lets them: time for a person to mend what is broken. */
const FOURTEEN_DAYS = 14 * 24 * 60 * 60;

/**
 * Tries before a message goes to the dead-letter queue. With the visibility below it is about an hour, so that a
 * database that restarts sends nothing there; a poisonous message costs ten short looks.
 */
const TRIES = 10;

/** The names and ARNs of this way, known before anything is made. */
export function registerNames(config: StackConfig) {
  const name = nameOf(config, 'register');
  const deadName = nameOf(config, 'register', 'dead');
  return {
    name,
    deadName,
    queueArn: arnOf(config, 'sqs', name),
    deadArn: arnOf(config, 'sqs', deadName),
    ruleArn: arnOf(config, 'events', `rule/${name}`),
    functionArn: arnOf(config, 'lambda', `function:${name}`),
    logGroup: logGroupName(name),
    logGroupArn: arnOf(config, 'logs', `log-group:${logGroupName(name)}`),
  };
}

/** Six times the function's time and the window: less, and a message is handed out again while it is worked on (Lambda developer guide, "Using Lambda with Amazon SQS"). */
export const visibilitySeconds = ({ register }: Pick<StackConfig, 'register'>): number =>
  6 * register.timeoutSeconds + register.batchWindowSeconds;

export function queueArgs(config: StackConfig): { queue: sqs.QueueArgs; dead: sqs.QueueArgs } {
  const { name, deadName, deadArn, queueArn } = registerNames(config);
  return {
    queue: {
      name,
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: FOURTEEN_DAYS,
      visibilityTimeoutSeconds: visibilitySeconds(config),
      receiveWaitTimeSeconds: 20,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount: TRIES }),
    },
    dead: {
      name: deadName,
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: FOURTEEN_DAYS,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [queueArn] }),
    },
  };
}

/** Who may send to a queue: the rule, and nobody else by this policy. */
export const queuePolicy = (queueArn: string, ruleArn: string): string =>
  policyText(
    {
      Sid: 'TheRule',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['sqs:SendMessage'],
      Resource: [queueArn],
      Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
    },
    denyWithoutTls('sqs:*', queueArn),
  );

export function ruleArgs(config: StackConfig): cloudwatch.EventRuleArgs {
  return {
    name: registerNames(config).name,
    description: 'Every new object of the incoming zone',
    eventPattern: JSON.stringify({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [bucketName(config, 'incoming')] } },
    }),
  };
}

/** A day of tries, EventBridge's most; then the dead-letter queue, so that no event is dropped unseen. */
export const DELIVERY_RETRIES = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 } as const;

/**
 * An object for which S3 does not answer is given up after a quarter of the function's time: three tries of a twelfth
 * each. The other objects wait behind it for no longer, and the next invocation tries it again.
 */
export const storePatience = (timeoutSeconds: number): Record<'FARELAKE_S3_TIMEOUT' | 'AWS_MAX_ATTEMPTS', string> => ({
  FARELAKE_S3_TIMEOUT: String(Math.max(1, Math.floor(timeoutSeconds / 12))),
  AWS_MAX_ATTEMPTS: '3',
});

/** The function without its code and role. */
export function functionArgs(config: StackConfig): Omit<lambda.FunctionArgs, 'code' | 'role'> {
  const { name, logGroup } = registerNames(config);
  const { database, register } = config;
  return {
    name,
    description: 'Makes delivered objects known to the ledger',
    runtime: 'nodejs24.x',
    architectures: ['arm64'],
    handler: 'index.handler',
    memorySize: register.memoryMb,
    timeout: register.timeoutSeconds,
    reservedConcurrentExecutions: register.concurrency,
    loggingConfig: { logFormat: 'JSON', logGroup, applicationLogLevel: 'INFO', systemLogLevel: 'WARN' },
    vpcConfig: { subnetIds: [...database.subnetIds], securityGroupIds: [...database.securityGroupIds] },
    environment: {
      variables: {
        FARELAKE_INCOMING: `s3://${bucketName(config, 'incoming')}`,
        // No password anywhere: FARELAKE_SIGN_IN says that a token is made when a connection is.
        DATABASE_URL: `postgresql://${database.user}@${database.host}:${database.port}/${database.name}`,
        FARELAKE_SIGN_IN: 'iam',
        ...storePatience(register.timeoutSeconds),
      },
    },
  };
}

/** The way from queue to function, without the two. */
export function mappingArgs({
  register,
}: StackConfig): Omit<lambda.EventSourceMappingArgs, 'eventSourceArn' | 'functionName'> {
  return {
    batchSize: register.batchSize,
    maximumBatchingWindowInSeconds: register.batchWindowSeconds,
    functionResponseTypes: ['ReportBatchItemFailures'],
    // Without it, pollers take messages that the function has no room for, and throttled ones count as tried.
    scalingConfig: { maximumConcurrency: register.concurrency },
  };
}
