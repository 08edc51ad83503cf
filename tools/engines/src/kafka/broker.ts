/** A real Apache Kafka broker for tests: SASL_SSL with SCRAM-SHA-512, on the loopback, with a CA of its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { exists } from '../cache.ts';
import { makeCertificates, type Certificates } from './certificates.ts';
import { kafkaInstallation, type KafkaInstallation } from './install.ts';
import { serverProperties, type BrokerPorts } from './properties.ts';

const run = promisify(execFile);

export interface Broker {
  /** `localhost:<port>`, for which its certificate holds; under any other name it does not. */
  readonly brokers: string;
  readonly username: string;
  readonly password: string;
  /** A user who may sign in, and do nothing. */
  readonly stranger: { readonly username: string; readonly password: string };
  /** PEM: the CA of the broker's certificate. */
  readonly caFile: string;
  /** PEM: a CA that has signed nothing here. */
  readonly otherCaFile: string;
  /** PKCS12, password `changeit`: a key with a certificate for `localhost` that ran out, by a CA of its own. */
  readonly expiredKeystore: string;
  /** A port without TLS or sign-in, where everyone may do everything. */
  readonly plainPort: number;
  /** The broker's process; another one after a restart. */
  readonly pid: number;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Ends it at once, as a loss of power would. */
  kill(): Promise<void>;
  /** Stops it, unless it is down, and starts it again: same ports, users, certificates and data. */
  restart(): Promise<void>;
  /** Resolves once the broker knows it. @param config topic settings such as `{ 'retention.ms': '1000' }` */
  createTopic(name: string, partitions: number, config?: Readonly<Record<string, string>>): Promise<void>;
  /** @param count in all */
  addPartitions(name: string, count: number): Promise<void>;
  /** Resolves once the broker knows it no more. */
  deleteTopic(name: string): Promise<void>;
}

/** Milliseconds for a broker to come up; it takes two to six seconds on two cores. */
const PATIENCE = 90_000;

/**
 * Starts a broker that keeps its state in a folder; where one was before, it goes on from there with new ports.
 * @throws Error where Kafka is not installed (`kafkaInstallation` says why), or the broker's log when it does not come up
 */
export async function startBroker({ folder }: { readonly folder: string }): Promise<Broker> {
  const installation = await kafkaInstallation();
  if ('reason' in installation) throw new Error(`There can be no Kafka broker: ${installation.reason}.`);
  await mkdir(folder, { recursive: true });
  const [certificates, users, ports] = await Promise.all([makeCertificates(folder), readUsers(folder), freePorts()]);
  const properties = path.join(folder, 'server.properties');
  await writeFile(properties, serverProperties(folder, users.username, ports, certificates));
  if (!(await exists(path.join(folder, 'data', 'meta.properties')))) await format(installation, properties, users);
  const node = new Node(installation, folder, ports);
  await node.start();
  return describe(node, ports, users, certificates);
}

async function describe(node: Node, ports: BrokerPorts, users: Users, certificates: Certificates): Promise<Broker> {
  // Not for those who come to this package for something else.
  const { addPartitions, createTopic, deleteTopic, kafkaConnection, topicExists, topicOffsets } =
    await import('@farelake/kafka/client');
  const own = kafkaConnection({ brokers: `127.0.0.1:${ports.plain}`, auth: 'none', tls: false });
  return {
    ...users,
    ...certificates,
    brokers: `localhost:${ports.secure}`,
    plainPort: ports.plain,
    get pid() {
      return node.pid;
    },
    stop: () => node.stop('SIGTERM'),
    kill: () => node.stop('SIGKILL'),
    async restart() {
      await node.stop('SIGTERM');
      await node.start();
    },
    // The answers come from the controller, and the broker follows.
    async createTopic(name, partitions, config) {
      await createTopic(own, name, { partitions, ...(config && { config }) });
      while (!(await topicExists(own, name))) await pause(20);
      // Asks the leader of each partition, which may not know yet that it is.
      await topicOffsets(own, name);
    },
    addPartitions: (name, count) => addPartitions(own, name, count),
    async deleteTopic(name) {
      await deleteTopic(own, name);
      while (await topicExists(own, name)) await pause(20);
    },
  };
}

interface Users {
  readonly username: string;
  readonly password: string;
  readonly stranger: { readonly username: string; readonly password: string };
}

/** Users belong to the state, and live in its folder. */
async function readUsers(folder: string): Promise<Users> {
  const file = path.join(folder, 'users.json');
  const password = (): string => randomBytes(12).toString('hex');
  if (!(await exists(file))) {
    const users = {
      ...{ username: 'farelake', password: password() },
      stranger: { username: 'stranger', password: password() },
    };
    await writeFile(file, JSON.stringify(users));
  }
  return JSON.parse(await readFile(file, 'utf8')) as Users;
}

async function format({ jars }: KafkaInstallation, properties: string, users: Users): Promise<void> {
  // As Kafka's own random ids: 16 bytes in base64url.
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'f');
  const scram = [users, users.stranger].flatMap(({ username, password }) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${username},password=${password}]`,
  ]);
  const tool = ['-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`, 'kafka.tools.StorageTool'];
  await run('java', [...tool, 'format', '-t', clusterId, '-c', properties, ...scram]);
}

class Node {
  readonly #installation: KafkaInstallation;
  readonly #folder: string;
  readonly #ports: BrokerPorts;
  #process: ChildProcess | undefined;
  /** An archive that this process writes when it ends in good order. */
  #archiving: string | undefined;
  readonly #killAtExit = (): void => {
    this.#process?.kill('SIGKILL');
  };

  constructor(installation: KafkaInstallation, folder: string, ports: BrokerPorts) {
    this.#installation = installation;
    this.#folder = folder;
    this.#ports = ports;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  async start(): Promise<void> {
    const { jars } = this.#installation;
    const log = openSync(path.join(this.#folder, 'broker.log'), 'a');
    const memory = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const args = [...memory, ...(await this.#classes()), '-cp', `${jars}/*`, 'kafka.Kafka', 'server.properties'];
    const child = spawn('java', args, { cwd: this.#folder, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process = child;
    // A test that dies must not leave a broker behind.
    process.once('exit', this.#killAtExit);
    await this.#ready(child);
  }

  async #classes(): Promise<string[]> {
    const { classArchive } = this.#installation;
    if (await exists(classArchive)) return [`-XX:SharedArchiveFile=${classArchive}`];
    this.#archiving = `${classArchive}.${randomUUID().slice(0, 8)}`;
    return [`-XX:ArchiveClassesAtExit=${this.#archiving}`];
  }

  async #ready(child: ChildProcess): Promise<void> {
    const until = Date.now() + PATIENCE;
    const { secure, plain } = this.#ports;
    while (!((await listens(secure)) && (await listens(plain)))) {
      const ended = child.exitCode !== null || child.signalCode !== null;
      if (!ended && Date.now() < until) await pause(50);
      else {
        child.kill('SIGKILL');
        const log = await readFile(path.join(this.#folder, 'broker.log'), 'utf8');
        throw new Error(`The Kafka broker ${ended ? 'ended' : 'does not come up'}; its log ends:\n${log.slice(-2000)}`);
      }
    }
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    process.removeListener('exit', this.#killAtExit);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    if (this.#archiving !== undefined && (await exists(this.#archiving)))
      await rename(this.#archiving, this.#installation.classArchive);
    this.#archiving = undefined;
  }
}

/**
 * Below the range that systems take the ports of outgoing connections from (Linux from 32,768, others from 49,152): while a
 * broker is down between its lives, nobody else is to get its port by chance.
 */
const PORTS = { from: 20_000, to: 32_000 };

async function freePorts(): Promise<BrokerPorts> {
  return { secure: await freePort(), plain: await freePort(), controller: await freePort() };
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    const server = net.createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await once(server.close(), 'close');
    return port;
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const answer = (yes: boolean) => () => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', answer(true)).once('error', answer(false));
  });
