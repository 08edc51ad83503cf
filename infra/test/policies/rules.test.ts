import type { Statement } from '../../src/policies/document.ts';
import { policyFaults } from '../../src/policies/rules.ts';

const allow = (Action: string[], Resource: string[], rest: Partial<Statement> = {}): Statement => ({
  Sid: 'S',
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
});

test.each<[string, Statement, string[]]>([
  ['one action on one thing', allow(['s3:GetObject'], ['arn:aws:s3:::a-bucket/key']), []],
  ['the objects of one bucket', allow(['s3:GetObject'], ['arn:aws:s3:::a-bucket/*']), []],
  [
    'the streams of one log group',
    allow(['logs:PutLogEvents'], ['arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/f:*']),
    [],
  ],
  ['what AWS grants on everything only', allow(['ec2:DescribeSubnets'], ['*']), []],
  ['a wide denial', allow(['s3:*'], ['*'], { Effect: 'Deny' }), []],
  ['a wildcard action', allow(['s3:Get*'], ['arn:aws:s3:::a-bucket/*']), ['S allows s3:Get*']],
  ['every resource', allow(['s3:GetObject'], ['*']), ['S allows s3:GetObject on *']],
  [
    'one listed action beside another',
    allow(['ec2:DescribeSubnets', 'ec2:RunInstances'], ['*']),
    ['S allows ec2:RunInstances on *'],
  ],
  ['every bucket', allow(['s3:GetObject'], ['arn:aws:s3:::*/*']), ['S allows s3:GetObject on arn:aws:s3:::*/*']],
  ['buckets by prefix', allow(['s3:GetObject'], ['arn:aws:s3:::a-*']), ['S allows s3:GetObject on arn:aws:s3:::a-*']],
  [
    'every user of a database',
    allow(['rds-db:connect'], ['arn:aws:rds-db:us-east-1:111122223333:dbuser:db-A/*']),
    ['S allows rds-db:connect on arn:aws:rds-db:us-east-1:111122223333:dbuser:db-A/*'],
  ],
  [
    'everybody',
    allow(['sqs:SendMessage'], ['arn:aws:sqs:us-east-1:111122223333:q'], { Principal: '*' }),
    ['S allows everybody'],
  ],
])('%s', (_, statement, faults) => {
  expect(policyFaults({ Version: '2012-10-17', Statement: [statement] })).toEqual(faults);
});
