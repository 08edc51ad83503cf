/**
 * Where a cluster is and how to sign in to it, from the environment and a command's flags.
 *
 * TLS with a check of the broker's certificate is always on. It can be switched off for a broker on this machine's loopback
 * alone: anywhere else a password, and what is consumed, would be there to be read on the way.
 */
import { isIP } from 'node:net';
import { UserError } from '@farelake/schema-registry';
import { KafkaPassword } from './password.ts';

/** `scram`: SCRAM-SHA-512 with a user and password; `iam`: a token signed with AWS credentials; `none`: no sign-in. */
export type KafkaAuth = 'scram' | 'iam' | 'none';

export interface KafkaBroker {
  readonly host: string;
  readonly port: number;
}

export interface KafkaConnection {
  /** Some of the cluster's brokers; the others are learned from them. */
  readonly brokers: readonly KafkaBroker[];
  readonly auth: KafkaAuth;
  readonly username?: string;
  /** Asked for at each sign-in, so that one that was changed is found. */
  readonly password?: () => Promise<KafkaPassword>;
  /** PEM: the CAs to trust, and no others. Without it those of Node and of the system. */
  readonly caFile?: string;
  readonly tls: boolean;
  /** Of the cluster, for `iam`. */
  readonly region?: string;
}

export interface KafkaConnectionOptions {
  /** `host:port,…` */
  readonly brokers: string;
  /** Default: `scram`. */
  readonly auth?: string | undefined;
  readonly username?: string | undefined;
  /** Or a function that finds it where it is kept, called when it is needed first. */
  readonly password?: string | (() => Promise<string>) | undefined;
  readonly caFile?: string | undefined;
  readonly region?: string | undefined;
  /** Default: true; false is for brokers on the loopback alone. */
  readonly tls?: boolean | undefined;
}

/** What of the environment a connection is made from. */
export type KafkaEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * A connection as the environment names it: `KAFKA_BROKERS`, `KAFKA_AUTH`, `KAFKA_USERNAME`, `KAFKA_PASSWORD`,
 * `KAFKA_CA_FILE`, `KAFKA_TLS`, `AWS_REGION`. Flags come first; what is empty counts as not set.
 * @param flags of these, `password` may be a function, for one that lies in a secret store
 * @throws UserError as `kafkaConnection`
 */
export function connectionFrom(
  environment: KafkaEnvironment,
  flags: Partial<KafkaConnectionOptions> = {},
): KafkaConnection {
  const set = (name: string): string | undefined => {
    const value = environment[name];
    return value === undefined || value === '' ? undefined : value;
  };
  const tls = set('KAFKA_TLS');
  if (tls !== undefined && tls !== 'on' && tls !== 'off')
    throw new UserError({
      code: 'kafka-bad-option',
      problem: 'KAFKA_TLS is neither on nor off.',
      remedy: 'Leave it out: TLS is on. off is for a broker on this machine alone.',
    });
  return kafkaConnection({
    brokers: flags.brokers ?? set('KAFKA_BROKERS') ?? '',
    auth: flags.auth ?? set('KAFKA_AUTH'),
    username: flags.username ?? set('KAFKA_USERNAME'),
    password: flags.password ?? set('KAFKA_PASSWORD'),
    caFile: flags.caFile ?? set('KAFKA_CA_FILE'),
    region: flags.region ?? set('AWS_REGION') ?? set('AWS_DEFAULT_REGION'),
    tls: flags.tls ?? tls !== 'off',
  });
}

/**
 * A connection, checked as far as it can be without a network.
 * @throws UserError `kafka-no-brokers`, `kafka-bad-option`, `kafka-no-password`, `kafka-bad-password`, `kafka-plain-text`
 */
export function kafkaConnection(options: KafkaConnectionOptions): KafkaConnection {
  const { username, password, caFile, region, tls = true } = options;
  const brokers = parseBrokers(options.brokers);
  const auth = options.auth ?? 'scram';
  if (auth !== 'scram' && auth !== 'iam' && auth !== 'none')
    throw new UserError({
      code: 'kafka-bad-option',
      problem: 'KAFKA_AUTH is none of the ways to sign in that are known.',
      remedy: 'Set it to scram (SCRAM-SHA-512, the default), iam (AWS credentials) or none.',
    });
  if (!tls) refusePlainText(brokers);
  if (auth === 'scram' && (username === undefined || password === undefined))
    throw new UserError({
      code: 'kafka-no-password',
      problem: `There is no ${username === undefined ? 'user' : 'password'} to sign in to the Kafka cluster with.`,
      remedy: 'Set KAFKA_USERNAME and KAFKA_PASSWORD, or KAFKA_AUTH to iam or none.',
    });
  if (auth === 'iam' && region === undefined)
    throw new UserError({
      code: 'kafka-bad-option',
      problem: 'To sign in to MSK with AWS credentials, the region of the cluster has to be known.',
      remedy: 'Set AWS_REGION.',
    });
  return {
    ...{ brokers, auth, tls },
    ...(auth === 'scram' && username !== undefined && { username }),
    ...(auth === 'scram' && password !== undefined && { password: passwordOf(password) }),
    ...(tls && caFile !== undefined && { caFile }),
    ...(auth === 'iam' && region !== undefined && { region }),
  };
}

/** A given password is checked now, one in a store when it is fetched. */
function passwordOf(password: string | (() => Promise<string>)): () => Promise<KafkaPassword> {
  if (typeof password === 'function') return async () => new KafkaPassword(await password());
  const held = new KafkaPassword(password);
  return () => Promise.resolve(held);
}

function parseBrokers(text: string): KafkaBroker[] {
  const names = text.split(',').map((part) => part.trim());
  if (names.every((name) => name === ''))
    throw new UserError({
      code: 'kafka-no-brokers',
      problem: 'No Kafka broker is named: nobody knows where the cluster is.',
      remedy: 'Name brokers as host:port, separated by commas.',
    });
  return names.filter((name) => name !== '').map(parseBroker);
}

/** `host:port`, `[::1]:port`. What is not one is not repeated: it may be an address with a password in it. */
function parseBroker(name: string): KafkaBroker {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(name) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535)
    throw new UserError({
      code: 'kafka-bad-option',
      problem: 'One of the named Kafka brokers is not of the form host:port.',
      remedy: 'Name them as broker-1.example.com:9096,broker-2.example.com:9096, without a scheme.',
    });
  return { host, port };
}

function refusePlainText(brokers: readonly KafkaBroker[]): void {
  const far = brokers.find(({ host }) => !isLoopback(host));
  if (far === undefined) return;
  throw new UserError({
    code: 'kafka-plain-text',
    problem: `TLS is switched off, and the Kafka broker ${nameOf(far)} is not on this machine: what is sent could be read on the way.`,
    remedy: "Leave KAFKA_TLS out and use the broker's TLS port; off is for a broker on this machine's loopback.",
  });
}

/** Whether a host is this machine by its very name. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === 'localhost' || host === '::1';
}

export const nameOf = ({ host, port }: KafkaBroker): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** The brokers of a connection, for messages. */
export const namesOf = ({ brokers }: KafkaConnection): string => brokers.map(nameOf).join(', ');
