/** IAM policy documents as values (IAM JSON policy elements reference, version 2012-10-17). */

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: { readonly Service: string } | '*';
  readonly Action: readonly string[];
  /** Absent in trust policies only. */
  readonly Resource?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/** The text of a policy; the same statements always give the same text. */
export const policyText = (...statements: readonly Statement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements } satisfies PolicyDocument);

/** Nobody may use the resource without TLS, whatever else allows it. */
export const denyWithoutTls = (action: string, ...resources: readonly string[]): Statement => ({
  Sid: 'OnlyOverTls',
  Effect: 'Deny',
  Principal: '*',
  Action: [action],
  Resource: resources,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

/** Trust policy of a role that only Lambda takes on. */
export const LAMBDA_TRUST = policyText({
  Sid: 'Lambda',
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: ['sts:AssumeRole'],
});
