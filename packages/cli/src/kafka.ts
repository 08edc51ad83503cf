/** The Kafka cluster that flags and the environment name, with its password from where the deployment keeps it. */
import { isSecretGiven, readSecret, type SecretPlace } from '@farelake/ingest';
import type { KafkaConnection } from '@farelake/kafka/client';

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

/** @throws UserError as `connectionFrom`, before anything is asked of the cluster */
export async function kafkaConnectionOf({ brokers }: KafkaFlags): Promise<KafkaConnection> {
  const { connectionFrom } = await kafkaClient();
  return connectionFrom(process.env, {
    ...(brokers === undefined ? {} : { brokers }),
    ...(isSecretGiven(PASSWORD) ? { password: readPassword } : {}),
  });
}

const readPassword = async (): Promise<string> => Buffer.from(await readSecret(PASSWORD)).toString('utf8');
