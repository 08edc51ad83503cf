/** The whole program, run as Node runs it, for every stack, with mocks in place of the engine. */
import { bundleFunctions, runProgram, stackConfig, type ProgramRun, type Registered } from './support/program.ts';
import { ENVIRONMENTS, type Environment } from '../src/config/stack-config.ts';
import type { PolicyDocument } from '../src/policies/document.ts';
import { policyFaults } from '../src/policies/rules.ts';

const runs = new Map<Environment, ProgramRun>();

beforeAll(async () => {
  await bundleFunctions();
  for (const environment of ENVIRONMENTS) runs.set(environment, await runProgram(environment));
});

const there = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('not there');
  return value;
};

const COUNTS = {
  'aws:cloudwatch/eventRule:EventRule': 1,
  'aws:cloudwatch/eventTarget:EventTarget': 1,
  'aws:cloudwatch/logGroup:LogGroup': 1,
  'aws:glue/catalogDatabase:CatalogDatabase': 1,
  'aws:iam/role:Role': 1,
  'aws:iam/rolePolicy:RolePolicy': 1,
  'aws:lambda/eventSourceMapping:EventSourceMapping': 1,
  'aws:lambda/function:Function': 1,
  'aws:s3/bucket:Bucket': 5,
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': 5,
  'aws:s3/bucketNotification:BucketNotification': 1,
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': 5,
  'aws:s3/bucketPolicy:BucketPolicy': 5,
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': 5,
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': 5,
  'aws:s3/bucketVersioning:BucketVersioning': 4,
  'aws:sqs/queue:Queue': 2,
  'aws:sqs/queuePolicy:QueuePolicy': 2,
  'farelake:index:DataLake': 1,
  'farelake:index:QlikIngestion': 1,
  'farelake:index:SchemaCatalog': 1,
  'pulumi:providers:aws': 1,
};

/** The text of every policy that a resource carries. */
const policiesOf = ({ inputs }: Registered): string[] =>
  ['policy', 'assumeRolePolicy'].map((key) => inputs[key]).filter((text) => typeof text === 'string');

describe.each(ENVIRONMENTS)('stack %s', (environment) => {
  const program = () => there(runs.get(environment));
  const all = (type: string) => program().resources.filter((resource) => resource.type.endsWith(`:${type}`));
  const one = (type: string, name: string) => there(all(type).find((resource) => resource.name === name));
  const json = (text: unknown): unknown => JSON.parse(String(text));

  test('declares these resources and no others', () => {
    const counts: Record<string, number> = {};
    for (const { type } of program().resources) counts[type] = (counts[type] ?? 0) + 1;
    expect(counts).toEqual(COUNTS);
  });

  test('every resource belongs to a component, carries its name, and goes through the one provider', () => {
    for (const { type, name, parent, provider } of program().resources.filter(({ type }) => type.startsWith('aws:'))) {
      expect(parent).toBeDefined();
      const above = there(parent).split('::')[1] ?? '';
      expect([type, name === above || name.startsWith(`${above}-`)]).toEqual([type, true]);
      expect([type, name, provider]).toEqual([type, name, 'aws']);
    }
    expect(one('aws', 'aws').inputs).toMatchObject({
      region: 'us-east-1',
      allowedAccountIds: JSON.stringify(['111122223333']),
      defaultTags: JSON.stringify({ tags: { project: 'farelake', environment, 'managed-by': 'pulumi' } }),
    });
  });

  test('names follow the one rule, within the limits of their services', () => {
    const names = program().resources.map(({ inputs }) => inputs['bucket'] ?? inputs['name']);
    for (const name of names.filter((name) => typeof name === 'string'))
      expect(name).toMatch(new RegExp(`^(/aws/lambda/)?farelake[-_]${environment}(-[a-z0-9]+)*$`));
    for (const { inputs } of all('Bucket')) expect(String(inputs['bucket']).length).toBeLessThanOrEqual(63);
  });

  test('each component publishes once', () => {
    expect(Object.entries(program().published).map(([name, { times }]) => [name, times])).toEqual(
      expect.arrayContaining([
        ['farelake:index:DataLake::lake', 1],
        ['farelake:index:QlikIngestion::qlik', 1],
        ['farelake:index:SchemaCatalog::catalog', 1],
      ]),
    );
    expect(program().published['farelake:index:QlikIngestion::qlik']?.outputs).toMatchObject({
      registerName: `farelake-${environment}-register`,
    });
  });

  test('buckets are encrypted, private, over TLS only, and protected where the stack says so', async () => {
    const config = await stackConfig(environment);
    for (const { name, inputs, protect } of all('Bucket')) {
      expect(inputs['forceDestroy']).toBe(false);
      expect([name, protect]).toEqual([name, config['farelake:protectData'] === 'true' && name !== 'lake-artifacts']);
      expect(one('BucketServerSideEncryptionConfiguration', name).inputs['rules']).toEqual([
        { applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } },
      ]);
      expect(one('BucketPublicAccessBlock', name).inputs).toMatchObject({
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
      expect(json(one('BucketPolicy', name).inputs['policy'])).toEqual({
        Version: '2012-10-17',
        Statement: [
          expect.objectContaining({
            Effect: 'Deny',
            Principal: '*',
            Resource: [`arn:aws:s3:::${String(inputs['bucket'])}`, `arn:aws:s3:::${String(inputs['bucket'])}/*`],
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ],
      });
    }
  });

  test('older versions of incoming objects are never removed by age; unfinished uploads are, everywhere', () => {
    const rules = (zone: string) =>
      one('BucketLifecycleConfiguration', `lake-${zone}`).inputs['rules'] as Record<string, unknown>[];
    for (const zone of ['incoming', 'archive', 'error', 'stage', 'artifacts'])
      expect(rules(zone)[0]).toMatchObject({ abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } });
    expect(one('BucketVersioning', 'lake-incoming').inputs['versioningConfiguration']).toEqual({ status: 'Enabled' });
    expect(rules('incoming')).toHaveLength(1);
    expect(rules('archive')[1]).toHaveProperty('noncurrentVersionExpiration');
  });

  test('a new object of the incoming zone reaches the queue, and only the rule may send', () => {
    const bucket = one('Bucket', 'lake-incoming').inputs['bucket'];
    expect(all('BucketNotification').map(({ name, inputs }) => [name, inputs['eventbridge']])).toEqual([
      ['lake-incoming', true],
    ]);
    expect(json(one('EventRule', 'qlik-created').inputs['eventPattern'])).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [bucket] } },
    });
    const target = one('EventTarget', 'qlik-created');
    expect(target.inputs).toMatchObject({
      arn: 'arn:mock:aws:sqs/queue:Queue:qlik-queue',
      deadLetterConfig: { arn: 'arn:mock:aws:sqs/queue:Queue:qlik-dead' },
    });
    expect(target.dependsOn).toEqual(
      expect.arrayContaining([
        'aws:sqs/queuePolicy:QueuePolicy::qlik-dead',
        'aws:sqs/queuePolicy:QueuePolicy::qlik-queue',
      ]),
    );
    const rule = `arn:aws:events:us-east-1:111122223333:rule/farelake-${environment}-register`;
    for (const queue of ['register', 'register-dead']) {
      const name = queue === 'register' ? 'qlik-queue' : 'qlik-dead';
      const { Statement } = json(one('QueuePolicy', name).inputs['policy']) as PolicyDocument;
      expect(Statement.filter(({ Effect }) => Effect === 'Allow')).toEqual([
        {
          Sid: 'TheRule',
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: ['sqs:SendMessage'],
          Resource: [`arn:aws:sqs:us-east-1:111122223333:farelake-${environment}-${queue}`],
          Condition: { ArnEquals: { 'aws:SourceArn': rule } },
        },
      ]);
    }
  });

  test('what cannot be worked on goes to the dead-letter queue, and nothing is handed out twice at once', () => {
    const queue = one('Queue', 'qlik-queue').inputs;
    const dead = one('Queue', 'qlik-dead').inputs;
    const register = one('Function', 'qlik-register').inputs;
    const mapping = one('EventSourceMapping', 'qlik-register').inputs;
    const sqs = 'arn:aws:sqs:us-east-1:111122223333:';
    expect(json(queue['redrivePolicy'])).toEqual({
      deadLetterTargetArn: `${sqs}${String(dead['name'])}`,
      maxReceiveCount: 10,
    });
    expect(json(dead['redriveAllowPolicy'])).toEqual({
      redrivePermission: 'byQueue',
      sourceQueueArns: [`${sqs}${String(queue['name'])}`],
    });
    expect([queue['sqsManagedSseEnabled'], dead['sqsManagedSseEnabled']]).toEqual([true, true]);
    expect(dead['messageRetentionSeconds']).toBe(1_209_600);
    expect(Number(queue['visibilityTimeoutSeconds'])).toBeGreaterThanOrEqual(
      6 * Number(register['timeout']) + Number(mapping['maximumBatchingWindowInSeconds']),
    );
    expect(mapping).toMatchObject({
      eventSourceArn: 'arn:mock:aws:sqs/queue:Queue:qlik-queue',
      functionName: 'arn:mock:aws:lambda/function:Function:qlik-register',
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: register['reservedConcurrentExecutions'] },
    });
  });

  test('the function runs its bundle on Node 24, signs in without a password, and its log ends some day', () => {
    const { inputs, dependsOn } = one('Function', 'qlik-register');
    expect(inputs).toMatchObject({
      runtime: 'nodejs24.x',
      architectures: ['arm64'],
      handler: 'index.handler',
      loggingConfig: { logFormat: 'JSON', logGroup: one('LogGroup', 'qlik-register').inputs['name'] },
      environment: {
        variables: {
          FARELAKE_INCOMING: `s3://farelake-${environment}-incoming-111122223333`,
          FARELAKE_SIGN_IN: 'iam',
        },
      },
    });
    // A mute store is given up while there is time for the others.
    const { variables } = inputs['environment'] as { variables: Record<string, string> };
    const longest = Number(variables['FARELAKE_S3_TIMEOUT']) * Number(variables['AWS_MAX_ATTEMPTS']);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(Number(inputs['timeout']) / 2);
    expect(JSON.stringify(inputs['code'])).toMatch(/packages\/functions\/dist\/register"/);
    expect(dependsOn).toEqual(
      expect.arrayContaining([
        'aws:cloudwatch/logGroup:LogGroup::qlik-register',
        'aws:iam/rolePolicy:RolePolicy::qlik-register',
      ]),
    );
    expect(one('LogGroup', 'qlik-register').inputs['retentionInDays']).toBeGreaterThan(0);
  });

  test('every policy keeps the rules of least privilege', () => {
    const policies = program().resources.flatMap((resource) =>
      policiesOf(resource).map((text) => [resource.name, JSON.parse(text) as PolicyDocument] as const),
    );
    expect(policies).toHaveLength(5 + 2 + 2);
    expect(policies.flatMap(([name, policy]) => policyFaults(policy).map((fault) => `${name}: ${fault}`))).toEqual([]);
  });

  test('signs in to the one database as the one user', () => {
    const { Statement } = json(one('RolePolicy', 'qlik-register').inputs['policy']) as PolicyDocument;
    expect(Statement.find(({ Sid }) => Sid === 'SignInToDatabase')?.Resource).toEqual([
      `arn:aws:rds-db:us-east-1:111122223333:dbuser:db-EXAMPLE${environment.toUpperCase()}RESOURCEID/farelake_register`,
    ]);
  });

  test('no input holds a secret, and none is marked as one', () => {
    const text = JSON.stringify(program().resources.map(({ inputs }) => inputs));
    // The SDK's mark of a secret value, and what secrets look like.
    expect(text).not.toMatch(
      /1b47061264138c4ac30d75fd1eb44270|password|secret|AKIA[A-Z0-9]{16}|postgresql:\/\/[^@"]*:[^@"]*@/i,
    );
  });
});

test('the same program run again declares the same inputs', async () => {
  expect(await runProgram('dev')).toEqual(runs.get('dev'));
});

test('environments differ in what their files say, and in nothing else', () => {
  const shape = (environment: Environment) =>
    there(runs.get(environment)).resources.map(({ type, name, parent, dependsOn }) => ({
      type,
      name,
      parent,
      dependsOn,
    }));
  expect(shape('staging')).toEqual(shape('dev'));
  expect(shape('prod')).toEqual(shape('dev'));
});

test('the program ends with the reason before it declares anything when its configuration is wrong', async () => {
  const config = { ...(await stackConfig('dev')), 'farelake:region': 'moon' };
  await expect(runProgram('dev', config)).rejects.toThrow(/farelake:region: found "moon", allowed is an AWS region/);
});
