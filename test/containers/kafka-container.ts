import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';

import { services, type Service } from '#libs/contracts';

import type { KafkaUser } from '../../deploy/local/kafka-options.js';
import { repositoryRoot } from '../../deploy/local/layout.js';
import { newPassword } from '../../deploy/local/secrets.js';
import { perService, type BrokerAccess } from '../../deploy/local/settings.js';
import type { TestCertificates } from './certificates.js';

const PORT = 9092;
const FOLDER = '/mnt/start';
const ADDRESS_FILE = '/tmp/advertised';
const READY_WITHIN_MS = 90_000;

/**
 * The broker of docker-compose.yml, started by the same script: apache/kafka with SASL and SCRAM users; everything is
 * denied without a rule. The `KafkaContainer` of testcontainers uses another image only, and has no users.
 */
export class KafkaContainer extends GenericContainer {
  readonly #admin: KafkaUser = { username: 'admin', password: newPassword() };
  readonly #users = perService((service): KafkaUser => ({ username: service, password: newPassword() }));

  /** @param certificates with one for `kafka` */
  constructor(private readonly certificates: TestCertificates) {
    super('apache/kafka:4.3.0');
    const everybody = [this.#admin, ...services.map((service: Service) => this.#users[service])];
    const source = join(repositoryRoot, 'deploy', 'docker', 'kafka');
    this.withExposedPorts(PORT)
      .withEnvironment({
        ADVERTISED_FILE: ADDRESS_FILE,
        KAFKA_HEAP_OPTS: '-Xmx512m',
        ...Object.fromEntries(everybody.map(({ username, password }) => [`SCRAM_${username}`, password])),
      })
      .withCopyDirectoriesToContainer([
        { source, target: FOLDER, mode: 0o755 },
        { source: join(certificates.folder, 'kafka'), target: '/tls', mode: 0o755 },
      ])
      .withCommand(['bash', `${FOLDER}/start.sh`])
      // The mapped port is known only while the container runs, so the script waits for the address.
      .withWaitStrategy(Wait.forLogMessage('waiting for its address'));
  }

  /** Starts the broker and returns the access for the services and for the declaration of topics. */
  async startBroker(): Promise<{ readonly container: StartedTestContainer; readonly access: Required<BrokerAccess> }> {
    const container = await this.start();
    const brokers = `${container.getHost()}:${container.getMappedPort(PORT)}`;
    await container.copyContentToContainer([{ content: brokers, target: ADDRESS_FILE, mode: 0o644 }]);
    const deadline = Date.now() + READY_WITHIN_MS;
    // Checked inside the container: the engine accepts connections to a mapped port long before the broker listens.
    while ((await container.exec(['bash', '-c', `</dev/tcp/127.0.0.1/${PORT}`])).exitCode !== 0) {
      if (Date.now() > deadline) throw new Error('the broker did not start');
      await sleep(250);
    }
    return {
      container,
      access: { brokers, admin: this.#admin, users: this.#users, ca: this.certificates.ca },
    };
  }
}
