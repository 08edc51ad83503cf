/** The Kafka cluster that flags and the environment name, with its password from where the deployment keeps it. */
import { readSecret, type SecretPlace } from '@farelake/ingest';
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

/** @throws UserError as `connectionFrom` */
export async function kafkaConnectionOf({ brokers }: KafkaFlags): Promise<KafkaConnection> {
  // Not before it is needed: other commands start without it.
  const { connectionFrom } = await import('@farelake/kafka/client');
  return connectionFrom(process.env, {
    ...(brokers === undefined ? {} : { brokers }),
    ...(process.env[PASSWORD.reference] ? { password: readPassword } : {}),
  });
}

const readPassword = async (): Promise<string> => Buffer.from(await readSecret(PASSWORD)).toString('utf8');
