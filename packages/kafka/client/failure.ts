/**
 * What went wrong with a cluster, in words. The library nests the real cause in `errors` and `cause`, several deep, beside
 * objects that hold connections and what was sent; nothing of it but codes and the words of known errors gets through here.
 */
import { printable, UserError } from '@farelake/schema-registry';
import { namesOf, type KafkaConnection } from './connection.ts';

export interface FailureContext {
  readonly connection: KafkaConnection;
  readonly topic?: string;
  readonly group?: string;
}

/** An error of the library, or of what lies below it, with all that it holds: code or Kafka's name of it, and words. */
interface Fact {
  readonly code: string;
  readonly message: string;
}

/** Errors below an error that are looked at, in all. */
const MOST_FACTS = 50;

/** A failure of a cluster as an error of the user's: what is wrong and what to do. An error of that kind is handed through. */
export function kafkaFailure(error: unknown, context: FailureContext): UserError {
  const own = ownError(error);
  if (own !== undefined) return own;
  const facts = factsOf(error);
  const found = KINDS.find(({ fits }) => facts.some((fact) => fits(fact, context)));
  const kind = found?.say ?? sayFailed;
  return kind({ ...context, facts });
}

interface Said extends FailureContext {
  readonly facts: readonly Fact[];
}

interface Kind {
  readonly fits: (fact: Fact, context: FailureContext) => boolean;
  readonly say: (said: Said) => UserError;
}

const code =
  (pattern: RegExp): Kind['fits'] =>
  (fact) =>
    pattern.test(fact.code);

/** The first that fits any of the facts is told: a reset connection that follows a refused sign-in is the lesser news. */
const KINDS: readonly Kind[] = [
  { fits: code(/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/), say: sayExpired },
  { fits: code(/^ERR_TLS_CERT_ALTNAME_INVALID$/), say: sayOtherHost },
  {
    fits: code(/SELF_SIGNED_CERT|^UNABLE_TO_(VERIFY|GET|DECRYPT|DECODE)|^CERT_|^INVALID_(CA|PURPOSE)$/),
    say: sayUntrusted,
  },
  { fits: code(/^(UNSUPPORTED_SASL_MECHANISM|ILLEGAL_SASL_STATE)$/), say: sayOtherSignIn },
  { fits: ({ message }) => message === 'Broker requires TLS.', say: sayWantsTls },
  // The library takes the answer of a TLS port for an answer without mechanisms.
  {
    fits: ({ message }, { connection }) => !connection.tls && message === 'Cannot find a suitable SASL mechanism.',
    say: sayWantsTls,
  },
  {
    fits: ({ code: name, message }) =>
      name === 'ERR_SSL_WRONG_VERSION_NUMBER' || message.includes('secure TLS connection was established'),
    say: sayNoTls,
  },
  { fits: ({ message }) => message.endsWith('provider threw an error.'), say: sayNoCredentials },
  { fits: code(/^SASL_AUTHENTICATION_FAILED$/), say: sayRefused },
  // The library calls it a failed sign-in too when the connection ends in the middle of one.
  { fits: ({ message }) => message === 'Connection closed' || message === 'Request timed out', say: sayUnreachable },
  { fits: code(/^PLT_KFK_AUTHENTICATION$/), say: sayRefused },
  { fits: code(/^(TOPIC|GROUP|CLUSTER|TRANSACTIONAL_ID)_AUTHORIZATION_FAILED$/), say: sayNotAuthorised },
  { fits: code(/^(UNKNOWN_TOPIC_OR_PARTITION|UNKNOWN_TOPIC_ID|INVALID_TOPIC_EXCEPTION)$/), say: sayUnknownTopic },
  { fits: ({ message }) => message.startsWith('Unknown topic '), say: sayUnknownTopic },
  { fits: code(/^(MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE)$/), say: sayTooLarge },
  {
    fits: code(
      /^(INVALID_(TIMESTAMP|RECORD|REQUEST|CONFIG|PARTITIONS|REPLICATION_FACTOR|SESSION_TIMEOUT|GROUP_ID)|POLICY_VIOLATION|TOPIC_ALREADY_EXISTS|UNSUPPORTED_(VERSION|COMPRESSION_TYPE|FOR_MESSAGE_FORMAT)|INCONSISTENT_GROUP_PROTOCOL|GROUP_MAX_SIZE_REACHED)$/,
    ),
    say: sayRejected,
  },
  {
    fits: code(/^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EPIPE|PLT_KFK_NETWORK|PLT_KFK_TIMEOUT)/),
    say: sayUnreachable,
  },
];

/**
 * What stays so until someone does something about it; everything else may pass, and is worth another try. A TLS handshake is
 * cut off too when a broker ends, and a secret store may be away for a moment.
 */
const LASTING = new Set([
  ...['kafka-certificate-expired', 'kafka-other-host', 'kafka-untrusted', 'kafka-wants-tls'],
  ...['kafka-other-sign-in', 'kafka-refused', 'kafka-not-authorised', 'kafka-unknown-topic', 'kafka-topic-gone'],
  ...['kafka-too-large', 'kafka-rejected', 'kafka-plain-text', 'kafka-bad-ca-file', 'kafka-bad-password'],
]);

/** Whether another try is no use before someone has done something about it. */
export const isLasting = (failure: UserError): boolean => LASTING.has(failure.code);

function sayExpired({ connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-certificate-expired',
    problem: `The certificate of the Kafka cluster at ${namesOf(connection)} does not hold today.`,
    remedy: 'Tell whoever runs the cluster; check the clock of this machine.',
    cause: summary(facts),
  });
}

function sayOtherHost({ connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-other-host',
    problem: `The certificate that was shown at ${namesOf(connection)} is for another host.`,
    remedy: 'Name the brokers as their certificate does; it may also be that someone stands between.',
    cause: summary(facts),
  });
}

function sayUntrusted({ connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-untrusted',
    problem: `The certificate of the Kafka cluster at ${namesOf(connection)} is not signed by a CA that is trusted${
      connection.caFile === undefined ? '' : `: none of those in ${connection.caFile}`
    }.`,
    remedy: "Set KAFKA_CA_FILE to the file of the cluster's CA, in PEM form.",
    cause: summary(facts),
  });
}

function sayWantsTls({ connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-wants-tls',
    problem: `TLS is switched off, and the Kafka broker at ${namesOf(connection)} does not answer without it.`,
    remedy: 'Leave KAFKA_TLS out.',
    cause: summary(facts),
  });
}

function sayNoTls({ connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-no-tls',
    problem: `The Kafka broker at ${namesOf(connection)} does not speak TLS at this port; nothing was sent to it.`,
    remedy: 'Name its TLS port, for MSK 9096 (SCRAM), 9098 (IAM), from the internet 9196 and 9198.',
    cause: summary(facts),
  });
}

function sayOtherSignIn({ connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-other-sign-in',
    problem: `The Kafka cluster at ${namesOf(connection)} does not know this way to sign in (${connection.auth}).`,
    remedy: 'Set KAFKA_AUTH to scram or iam as the cluster wants it, and the port that goes with it.',
    cause: summary(facts),
  });
}

function sayNoCredentials({ connection }: Said): UserError {
  return new UserError({
    code: 'kafka-no-credentials',
    problem:
      connection.auth === 'iam'
        ? 'No AWS credentials were found to sign in to the Kafka cluster with.'
        : 'The password of the Kafka cluster could not be had from where it is kept.',
    remedy:
      connection.auth === 'iam'
        ? 'Set them as for every AWS tool, by a profile, a role or the environment.'
        : 'See that the secret is there and may be read.',
  });
}

function sayRefused({ connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-refused',
    problem: `The Kafka cluster at ${namesOf(connection)} refuses the ${
      connection.auth === 'iam' ? 'AWS credentials' : 'user or the password'
    }.`,
    remedy:
      connection.auth === 'iam'
        ? 'See that they may do kafka-cluster:Connect, and that AWS_REGION is the region of the cluster.'
        : 'Set KAFKA_USERNAME and KAFKA_PASSWORD as the cluster has them; neither is shown here.',
    cause: summary(facts),
  });
}

function sayNotAuthorised({ topic, group, facts }: Said): UserError {
  const ofGroup = facts.some((fact) => fact.code === 'GROUP_AUTHORIZATION_FAILED');
  const what = ofGroup ? `the consumer group ${shown(group)}` : `the topic ${shown(topic)}`;
  return new UserError({
    code: 'kafka-not-authorised',
    problem: `The Kafka user may not use ${what}.`,
    remedy: 'Whoever runs the cluster has to allow it: to read the topic and the group, to write for producing.',
    data: { topic, group },
    cause: summary(facts),
  });
}

function sayUnknownTopic({ topic, connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-unknown-topic',
    problem: `The Kafka cluster at ${namesOf(connection)} has no topic ${shown(topic)}, or does not show it to this user.`,
    remedy: 'Check its name; topics are not made by asking for them.',
    data: { topic },
    cause: summary(facts),
  });
}

function sayTooLarge({ topic, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-too-large',
    problem: `The topic ${shown(topic)} does not take records, or batches of them, of this size.`,
    remedy: 'Make them smaller, or raise max.message.bytes of the topic.',
    data: { topic },
    cause: summary(facts),
  });
}

function sayRejected({ connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-rejected',
    problem: `The Kafka cluster at ${namesOf(connection)} rejects what was asked: ${wordsOf(facts)}.`,
    remedy: 'Look the name up in the errors of the Kafka protocol; another try would be rejected too.',
    cause: summary(facts),
  });
}

function sayUnreachable({ connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-unreachable',
    problem: `The Kafka cluster at ${namesOf(connection)} cannot be reached, or ends the connection.`,
    remedy:
      connection.auth === 'none'
        ? 'Check host, port and the way there; a cluster that wants a sign-in ends the connection too.'
        : 'Check host, port and the way there (DNS, firewall, allowed addresses).',
    cause: summary(facts),
  });
}

function sayFailed({ connection, facts }: Said): UserError {
  return new UserError({
    code: 'kafka-failed',
    problem: `The Kafka cluster at ${namesOf(connection)} did not do what was asked: ${wordsOf(facts)}.`,
    remedy: 'Try again; if it stays so, show this to whoever runs the cluster.',
    cause: summary(facts),
  });
}

const shown = (name: string | undefined): string => (name === undefined ? 'in question' : printable(name));

/** An error of ours that passed through the library: where a password is fetched, or plain text is refused. */
function ownError(error: unknown): UserError | undefined {
  return treeOf(error).find((one): one is UserError => one instanceof UserError && 'problem' in one);
}

/** Kafka's own names (`apiId`) say more than the library's code of the class. */
function factsOf(error: unknown): Fact[] {
  return treeOf(error).map((one) => {
    const { apiId, code: name, message } = one as { apiId?: unknown; code?: unknown; message?: unknown };
    return { code: text(apiId) || text(name), message: text(message) };
  });
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Names that Kafka answers a request with, in an error or below it, such as `OFFSET_OUT_OF_RANGE`. */
export const kafkaCodes = (error: unknown): ReadonlySet<string> => new Set(factsOf(error).map((fact) => fact.code));

/** The error and all below it, the nearest first. */
function treeOf(error: unknown): object[] {
  const found: object[] = [];
  const waiting: unknown[] = [error];
  while (waiting.length > 0 && found.length < MOST_FACTS) {
    const one = waiting.shift();
    if (typeof one !== 'object' || one === null || found.includes(one)) continue;
    found.push(one);
    const { errors, cause } = one as { errors?: unknown; cause?: unknown };
    if (Array.isArray(errors)) waiting.push(...(errors as unknown[]));
    waiting.push(cause);
  }
  return found;
}

/** The codes alone: words of a server or a library may repeat what it was given. */
function wordsOf(facts: readonly Fact[]): string {
  const codes = [...new Set(facts.map((fact) => fact.code).filter((name) => /^[A-Z][A-Z0-9_]{2,60}$/.test(name)))];
  const telling = codes.filter((name) => name !== 'PLT_KFK_MULTIPLE' && name !== 'PLT_KFK_RESPONSE');
  return (telling.length > 0 ? telling : codes).join(', ') || 'no reason is known';
}

const summary = (facts: readonly Fact[]): Error => new Error(wordsOf(facts));
