/**
 * Clients of @platformatic/kafka, made in one place, with what has to be known of the library (2.12.1):
 *
 * - Its own retries are off. They take no account of causes: a wrong password, whose error stands as the cause of a network
 *   error, would be tried four times; and a commit that fails because of a rebalance would join again and then commit the same
 *   offsets, of partitions that may be another member's by then. Who calls decides on trying again (`patience.ts`).
 * - A connection emits each of its errors, and the pool listens to the first alone: a second one, such as the reset that
 *   follows a refused sign-in, would end the process.
 * - Closing waits for the sockets, and a peer that is gone never answers.
 */
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import tls from 'node:tls';
import { Admin, Consumer, Producer, saslOAuthBearer, saslScramSha, type SASLOptions } from '@platformatic/kafka';
import { UserError } from '@farelake/schema-registry';
import { isLoopback, type KafkaConnection } from './connection.ts';
import { mskToken } from './msk-token.ts';

/** Milliseconds: for TCP, TLS and the sign-in together. */
const CONNECT_TIMEOUT = 10_000;
/** Milliseconds that closing may take. */
const CLOSING = 5_000;

type ClientOptions = ConstructorParameters<typeof Admin>[0];

async function clientOptions(connection: KafkaConnection): Promise<ClientOptions> {
  const sasl = saslOptions(connection);
  return {
    clientId: 'farelake',
    bootstrapBrokers: connection.brokers.map(({ host, port }) => ({ host, port })),
    connectTimeout: CONNECT_TIMEOUT,
    retries: 0,
    autocreateTopics: false,
    ...(sasl && { sasl }),
    ...(connection.tls && {
      tls: { secureContext: await trustOf(connection), rejectUnauthorized: true },
      // Names are sent for brokers behind one address (SNI); for an IP address that is not allowed.
      tlsServerName: connection.brokers.every(({ host }) => isIP(host) === 0),
    }),
  };
}

/** The CAs that are trusted, read once for all connections of a client. @throws UserError `kafka-bad-ca-file` */
async function trustOf({ caFile }: KafkaConnection): Promise<tls.SecureContext> {
  if (caFile === undefined)
    return tls.createSecureContext({ ca: [...tls.getCACertificates('default'), ...tls.getCACertificates('system')] });
  const bad = (problem: string, cause: unknown): UserError =>
    new UserError({
      code: 'kafka-bad-ca-file',
      problem,
      remedy: 'Name the file of the certificate of the CA, or of several, in PEM form.',
      data: { file: caFile },
      cause,
    });
  const text = await readFile(caFile, 'utf8').catch((error: unknown) => {
    throw bad(`The file of CAs ${caFile} cannot be read.`, error);
  });
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw bad(`The file of CAs ${caFile} holds no certificate.`, undefined);
  try {
    return tls.createSecureContext({ ca: text });
  } catch (error) {
    throw bad(`A certificate in the file of CAs ${caFile} cannot be read.`, error);
  }
}

/** Credentials are functions, so that nothing that prints a client's options prints them. */
function saslOptions(connection: KafkaConnection): SASLOptions | undefined {
  const { auth, username, password, region } = connection;
  if (auth === 'none') return undefined;
  const authenticate = authenticator(connection);
  if (auth === 'iam' && region !== undefined)
    return { mechanism: 'OAUTHBEARER', token: () => mskToken(region), authenticate };
  if (username === undefined || password === undefined) throw new Error('A connection by SCRAM has user and password');
  return {
    mechanism: 'SCRAM-SHA-512',
    username: () => username,
    password: async () => (await password()).reveal(),
    authenticate,
  };
}

/** The library's own, but never without TLS to another machine: a broker on the loopback may name any other one as its peer. */
const authenticator =
  ({ tls: encrypted }: KafkaConnection): NonNullable<SASLOptions['authenticate']> =>
  (mechanism, connection, authenticate, username, password, token, callback) => {
    if (!encrypted && !isLoopback(connection.host ?? '')) {
      const refusal = new UserError({
        code: 'kafka-plain-text',
        problem: 'TLS is switched off, and the cluster has brokers that are not on this machine.',
        remedy: "Leave KAFKA_TLS out and use the brokers' TLS port.",
      });
      callback(refusal, undefined);
    } else if (mechanism === 'OAUTHBEARER') {
      saslOAuthBearer.authenticate(authenticate, connection, token ?? '', {}, callback);
    } else {
      const user = [username ?? '', password ?? ''] as const;
      saslScramSha.authenticate(authenticate, connection, 'SHA-512', ...user, saslScramSha.defaultCrypto, callback);
    }
  };

type Client = Admin | Consumer | Producer;

function guard<T extends Client>(client: T): T {
  client.connections.on('connecting', ({ connection }) => {
    connection.on('error', () => undefined);
  });
  return client;
}

export const openAdmin = async (connection: KafkaConnection): Promise<Admin> =>
  guard(new Admin(await clientOptions(connection)));

export const openProducer = async (connection: KafkaConnection): Promise<Producer> =>
  guard(new Producer(await clientOptions(connection)));

export interface GroupMember {
  readonly group: string;
  /** Milliseconds without a sign of life after which the group goes on without a member. */
  readonly sessionTimeout: number;
}

/** Milliseconds that a group waits for its members to join again; below the time that one request may take (30 s). */
const REBALANCE_TIMEOUT = 20_000;

export async function openConsumer(connection: KafkaConnection, member: GroupMember): Promise<Consumer> {
  const consumer = new Consumer({
    ...(await clientOptions(connection)),
    groupId: member.group,
    sessionTimeout: member.sessionTimeout,
    // The library takes none that is shorter.
    rebalanceTimeout: Math.max(REBALANCE_TIMEOUT, member.sessionTimeout),
    heartbeatInterval: Math.min(3_000, Math.floor(member.sessionTimeout / 4)),
    autocommit: false,
  });
  return guard(consumer);
}

/** Closes a client; a group is left. Never longer than some seconds, and never an error: what matters was done before. */
export async function closeClient(client: Client): Promise<void> {
  const closed = client instanceof Consumer ? client.close(true) : client.close();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSING);
  });
  await Promise.race([closed.catch(() => undefined), late]);
  clearTimeout(timer);
}
