/** What the register function may do, and nothing more. Pure. */
import type { StackConfig } from '../config/stack-config.ts';
import { arnOf, bucketArn, bucketName } from '../names.ts';
import { policyText, type Statement } from '../policies/document.ts';
import { ANY_RESOURCE } from '../policies/rules.ts';
import { registerNames } from './register-args.ts';

export function registerPolicy(config: StackConfig): string {
  const { queueArn, functionArn, logGroupArn } = registerNames(config);
  const incoming = bucketArn(bucketName(config, 'incoming'));
  const { database } = config;
  return policyText(
    allow('ReadDelivered', ['s3:GetObject'], `${incoming}/*`),
    // Without it, S3 answers for an object that is gone with "forbidden", and gone is no reason to try again.
    allow('TellGoneFromForbidden', ['s3:ListBucket'], incoming),
    allow('TakeMessages', ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queueArn),
    allow(
      'SignInToDatabase',
      ['rds-db:connect'],
      arnOf(config, 'rds-db', `dbuser:${database.resourceId}/${database.user}`),
    ),
    allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], `${logGroupArn}:*`),
    allow('NetworkInterfaces', ANY_RESOURCE, '*'),
    {
      ...allow('NetworkInterfacesNotByCode', ANY_RESOURCE, '*'),
      Effect: 'Deny',
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
    },
  );
}

const allow = (Sid: string, Action: readonly string[], Resource: string): Statement => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource: [Resource],
});
