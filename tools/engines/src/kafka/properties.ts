/** What a test's broker is told: one node that is broker and controller (KRaft), all of it on the loopback. */
import { STORE_PASSWORD, type Certificates } from './certificates.ts';

export interface BrokerPorts {
  /** SASL_SSL with SCRAM-SHA-512: what clients use. */
  readonly secure: number;
  /** Without TLS or sign-in: what clients are to refuse, and the test's own way in. */
  readonly plain: number;
  readonly controller: number;
}

/**
 * Users: whoever comes by the plain port and the one named may do everything, every other one nothing.
 * The rest keeps a broker of one node small and quick: no copies, few partitions of its own topics, no waiting for members
 * that might join a group, and a member that was killed may be given up after half a second.
 */
export function serverProperties(folder: string, user: string, ports: BrokerPorts, { keystore }: Certificates): string {
  const lines: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `SASL_SSL://127.0.0.1:${ports.secure},PLAINTEXT://127.0.0.1:${ports.plain},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `SASL_SSL://localhost:${ports.secure},PLAINTEXT://localhost:${ports.plain}`,
    'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': keystore,
    'ssl.keystore.password': STORE_PASSWORD,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:ANONYMOUS;User:${user}`,
    'log.dirs': `${folder}/data`,
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,
    // Else one that was killed has to wait nine seconds before it may come back.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'log.retention.check.interval.ms': 500,
    'log.initial.task.delay.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'num.recovery.threads.per.data.dir': 1,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
