import * as aws from '@pulumi/aws';
import { asset, ComponentResource, type ComponentResourceOptions } from '@pulumi/pulumi';
import type { StackConfig } from '../config/stack-config.ts';
import { LAMBDA_TRUST } from '../policies/document.ts';
import {
  DELIVERY_RETRIES,
  functionArgs,
  mappingArgs,
  queueArgs,
  queuePolicy,
  registerNames,
  ruleArgs,
} from './register-args.ts';
import { registerPolicy } from './register-role.ts';

/**
 * The way of a delivered object into the ledger: EventBridge → SQS, with a dead-letter queue → `register`.
 * Planning, loading and folding hang their parts on it later.
 */
export class QlikIngestion extends ComponentResource {
  readonly queue: aws.sqs.Queue;
  readonly deadLetters: aws.sqs.Queue;
  readonly register: aws.lambda.Function;

  /** @param bundle folder of the register function's bundle */
  constructor(name: string, config: StackConfig, bundle: string, options: ComponentResourceOptions = {}) {
    super('farelake:index:QlikIngestion', name, {}, options);
    const { queue, dead } = queueArgs(config);
    // SQS refuses a redrive to a queue that is not there; the other way round it only takes the name.
    this.deadLetters = new aws.sqs.Queue(`${name}-dead`, dead, { parent: this });
    this.queue = new aws.sqs.Queue(`${name}-queue`, queue, { parent: this, dependsOn: this.deadLetters });
    this.#announce(name, config);
    this.register = this.#addFunction(`${name}-register`, config, bundle);
    this.registerOutputs({
      queueUrl: this.queue.url,
      deadLetterUrl: this.deadLetters.url,
      registerName: this.register.name,
    });
  }

  #announce(name: string, config: StackConfig): void {
    const { queueArn, deadArn, ruleArn } = registerNames(config);
    const here = { parent: this };
    const policies = [
      new aws.sqs.QueuePolicy(
        `${name}-queue`,
        { queueUrl: this.queue.url, policy: queuePolicy(queueArn, ruleArn) },
        here,
      ),
      new aws.sqs.QueuePolicy(
        `${name}-dead`,
        { queueUrl: this.deadLetters.url, policy: queuePolicy(deadArn, ruleArn) },
        here,
      ),
    ];
    const rule = new aws.cloudwatch.EventRule(`${name}-created`, ruleArgs(config), here);
    new aws.cloudwatch.EventTarget(
      `${name}-created`,
      {
        rule: rule.name,
        targetId: 'register',
        arn: this.queue.arn,
        deadLetterConfig: { arn: this.deadLetters.arn },
        retryPolicy: DELIVERY_RETRIES,
      },
      // Sooner, and the first events would be refused.
      { ...here, dependsOn: policies },
    );
  }

  #addFunction(name: string, config: StackConfig, bundle: string): aws.lambda.Function {
    const here = { parent: this };
    const names = registerNames(config);
    const logs = new aws.cloudwatch.LogGroup(
      name,
      { name: names.logGroup, retentionInDays: config.logRetentionDays },
      here,
    );
    const role = new aws.iam.Role(name, { name: names.name, assumeRolePolicy: LAMBDA_TRUST }, here);
    const policy = new aws.iam.RolePolicy(
      name,
      { name: names.name, role: role.name, policy: registerPolicy(config) },
      here,
    );
    const register = new aws.lambda.Function(
      name,
      { ...functionArgs(config), role: role.arn, code: new asset.FileArchive(bundle) },
      // Lambda makes a log group without retention where it finds none, and tries the role's rights at once.
      { ...here, dependsOn: [logs, policy] },
    );
    new aws.lambda.EventSourceMapping(
      name,
      { ...mappingArgs(config), eventSourceArn: this.queue.arn, functionName: register.arn },
      here,
    );
    return register;
  }
}
