/** The Kafka cluster that flags and the environment name, with its password from where the deployment keeps it. */
import { isSecretGiven, readSecret, type SecretPlace } from '@farelake/ingest';
import { UserError } from '@farelake/schema-registry';
import type { KafkaConnection } from '@farelake/kafka/client';
import { UsageError } from './output/problem.ts';

const PASSWORD: SecretPlace = {
  what: 'password of the Kafka cluster',
  variable: 'KAFKA_PASSWORD',
  reference: 'KAFKA_PASSWORD_SECRET',
};

export interface KafkaFlags {
  /** `host:port,…`; else `KAFKA_BROKERS`. */
  readonly brokers?: string;
}

/** The client is loaded by the commands that talk to a cluster, and by no other. */
export const kafkaClient = () => import('@farelake/kafka/client');

/** @throws UsageError `kafka-…` what is missing or cannot be */
export async function kafkaConnectionOf(flags: KafkaFlags): Promise<KafkaConnection> {
  const { connectionFrom } = await kafkaClient();
  try {
    return connectionFrom(process.env, {
      ...(flags.brokers === undefined ? {} : { brokers: flags.brokers }),
      ...(isSecretGiven(PASSWORD) ? { password: readPassword } : {}),
    });
  } catch (error) {
    // Nothing was asked of the cluster yet.
    if (!(error instanceof UserError)) throw error;
    const { code, problem, data, remedy } = error;
    throw new UsageError({ code, problem, data, cause: error, ...(remedy === undefined ? {} : { remedy }) });
  }
}

const readPassword = async (): Promise<string> => Buffer.from(await readSecret(PASSWORD)).toString('utf8');
