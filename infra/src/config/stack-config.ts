/** What differs between environments, and nothing else: the values of `Pulumi.<stack>.yaml`. */

export const ENVIRONMENTS = ['dev', 'staging', 'prod'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** The Postgres that holds the ledger. It exists already: this program reaches it and does not make it. */
export interface DatabaseConfig {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  /** Database user that functions sign in as, by IAM. */
  readonly user: string;
  /** Resource id (`db-…`, of a cluster `cluster-…`), not the identifier: IAM sign-in is granted on it. */
  readonly resourceId: string;
  /** Subnets from which the database and, by an endpoint, S3 are reached. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface RegisterConfig {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Most instances at once; each holds one connection to the database. */
  readonly concurrency: number;
  /** Most messages of one invocation. */
  readonly batchSize: number;
  /** How long messages are gathered before an invocation. */
  readonly batchWindowSeconds: number;
}

export interface StackConfig {
  /** The stack's name. */
  readonly environment: Environment;
  readonly region: string;
  /** Twelve digits; the provider refuses credentials of another account. */
  readonly accountId: string;
  /** Whether what holds data is protected from deletion by the program. */
  readonly protectData: boolean;
  /** A retention that CloudWatch Logs knows. */
  readonly logRetentionDays: number;
  /** How long what was overwritten or deleted in archive and artifacts can be brought back. */
  readonly noncurrentDays: number;
  readonly database: DatabaseConfig;
  readonly register: RegisterConfig;
}
