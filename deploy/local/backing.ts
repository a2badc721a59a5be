import { services } from '#libs/contracts';

import { apps } from './apps.js';
import type { PerService } from './databases.js';
import { Kafka } from './kafka.js';
import type { KafkaUser } from './kafka-options.js';
import { freshLog } from './kept-files.js';
import type { Layout } from './layout.js';
import { requireFreePort } from './ports.js';
import { Postgres } from './postgres.js';
import type { Secrets } from './secrets.js';
import { givenBroker, givenDatabases, internalPortOf, perService, type PortName, type Ports } from './settings.js';
import type { StackOptions } from './stack-options.js';

/** Runs before anything is started, so that a busy port is reported at once. @throws StackProblem 'port-busy' */
export async function requirePorts({ ports, given = {}, apps: wanted = apps }: StackOptions): Promise<void> {
  const needed: PortName[] = [...wanted];
  if (givenDatabases(given) === undefined) needed.push('postgres');
  if (givenBroker(given) === undefined) needed.push('kafka', 'kafka-controller');
  needed.push(...services.filter((each) => wanted.includes(each)).map(internalPortOf));
  for (const name of needed) await requireFreePort(ports[name], name);
}

export function startPostgres(layout: Layout, ports: Ports, secrets: Secrets): Promise<Postgres> {
  return Postgres.start({
    folder: layout.postgres,
    port: ports.postgres,
    superuserPassword: secrets.postgres['superuser'] ?? '',
    logFile: freshLog(layout, 'postgres'),
  });
}

export interface BrokerLogins {
  readonly admin: KafkaUser;
  readonly users: PerService<KafkaUser>;
}

export function brokerLogins(secrets: Secrets): BrokerLogins {
  return {
    admin: { username: 'admin', password: secrets.kafka['admin'] ?? '' },
    users: perService((service) => ({ username: service, password: secrets.kafka[service] ?? '' })),
  };
}

export function startKafka(layout: Layout, ports: Ports, { admin, users }: BrokerLogins): Promise<Kafka> {
  return Kafka.start({
    folder: layout.kafka,
    port: ports.kafka,
    controllerPort: ports['kafka-controller'],
    admin,
    users: Object.values(users),
    logFile: freshLog(layout, 'kafka'),
  });
}
