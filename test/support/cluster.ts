import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { services } from '#libs/contracts';

import { Kafka } from '../../deploy/local/kafka.js';
import { freePort } from '../../deploy/local/ports.js';
import { newPassword } from '../../deploy/local/secrets.js';

const HEAP_MB = 256;

/** Several brokers of one cluster, each of which also takes part in the quorum of controllers. */
export class TestCluster {
  private constructor(
    private readonly root: string,
    readonly brokers: readonly Kafka[],
    /** The settings with which a city uses this cluster. */
    readonly settings: Readonly<Record<string, string>>,
  ) {}

  /** @param copies what the brokers are set to for topics that do not say how many brokers hold them */
  static async start(size: number, { copies }: { readonly copies?: number } = {}): Promise<TestCluster> {
    const root = await mkdtemp(join(tmpdir(), 'cluster-'));
    const admin = { username: 'admin', password: newPassword() };
    const users = services.map((username) => ({ username, password: newPassword() }));
    const nodes: { readonly id: number; readonly port: number; readonly clientPort: number }[] = [];
    for (let id = 1; id <= size; id += 1) nodes.push({ id, port: await freePort(), clientPort: await freePort() });
    const start = ({ id, port, clientPort }: (typeof nodes)[number]): Promise<Kafka> =>
      Kafka.start({
        folder: join(root, `kafka-${id}`),
        port: clientPort,
        controllerPort: port,
        admin,
        users,
        logFile: join(root, `kafka-${id}.log`),
        heapMb: HEAP_MB,
        quickStart: true,
        node: { id, controllers: nodes, ...(copies === undefined ? {} : { copies }) },
      });
    // One alone would wait for the others.
    const brokers = await Promise.all(nodes.map(start));
    const logins = users.flatMap(({ username, password }) => [
      [`KAFKA_USERNAME_${username.toUpperCase()}`, username],
      [`KAFKA_PASSWORD_${username.toUpperCase()}`, password],
    ]);
    return new TestCluster(root, brokers, {
      KAFKA_BROKERS: brokers.map((each) => each.brokers).join(','),
      KAFKA_ADMIN_USERNAME: admin.username,
      KAFKA_ADMIN_PASSWORD: admin.password,
      ...(Object.fromEntries(logins) as Record<string, string>),
    });
  }

  async remove(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.kill()));
    await rm(this.root, { recursive: true, force: true });
  }
}
