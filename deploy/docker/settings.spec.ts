import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { log4jProperties, serverProperties } from '../local/kafka-properties.js';
import { repositoryRoot } from '../local/layout.js';
import { postgresSettings } from '../local/postgres-settings.js';

const read = (...path: readonly string[]): string => readFileSync(join(repositoryRoot, ...path), 'utf8');

/** All settings of a PostgreSQL cluster that keeps data. Promises rest on them: no row in a log, no commit lost. */
const database = {
  max_connections: '200',
  max_locks_per_transaction: '256',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_min_messages: 'warning',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_connections: '',
  log_checkpoints: 'off',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** The settings that every broker has, on one machine and in a container. */
const broker = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'CLIENT',
  'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-256',
  'sasl.mechanism.controller.protocol': 'PLAIN',
  'listener.name.client.sasl.enabled.mechanisms': 'SCRAM-SHA-256',
  'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'false',
  'super.users': 'User:admin',
  'auto.create.topics.enable': 'false',
  'default.replication.factor': '1',
  'min.insync.replicas': '1',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '4',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'share.coordinator.state.topic.num.partitions': '1',
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '1000',
  'broker.session.timeout.ms': '2000',
  'broker.heartbeat.interval.ms': '500',
  'num.network.threads': '2',
  'num.io.threads': '4',
};

const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="p";';
const plain =
  'org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="p" user_admin="p";';

/** Those that follow from ports and folders, or from the network of the containers. */
const onOneMachine = {
  'controller.quorum.voters': '1@127.0.0.1:2',
  listeners: 'CLIENT://127.0.0.1:1,CONTROLLER://127.0.0.1:2',
  'advertised.listeners': 'CLIENT://127.0.0.1:1',
  'listener.security.protocol.map': 'CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
  'listener.name.client.scram-sha-256.sasl.jaas.config': scram,
  'listener.name.controller.plain.sasl.jaas.config': plain,
  'log.dirs': '/k/data',
};
const inContainer = {
  'controller.quorum.voters': '1@127.0.0.1:9093',
  listeners: 'CLIENT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093',
  'listener.security.protocol.map': 'CLIENT:SASL_SSL,CONTROLLER:SASL_PLAINTEXT',
  'listener.name.client.ssl.keystore.type': 'PEM',
  'listener.name.client.ssl.keystore.location': '/tmp/broker.pem',
  'listener.name.client.ssl.truststore.type': 'PEM',
  'listener.name.client.ssl.truststore.location': '/tmp/ca.pem',
  'listener.name.client.ssl.enabled.protocols': 'TLSv1.3',
  'log.dirs': '/var/lib/kafka/data',
};

/** Properties as a program reads them: a name that occurs twice has the value of the last. */
function propertiesIn(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

const options = {
  folder: '/k',
  port: 1,
  controllerPort: 2,
  admin: { username: 'admin', password: 'p' },
  users: [],
  logFile: '/k.log',
};
const controllers = [1, 2, 3].map((id) => ({ id, port: id }));

describe('a PostgreSQL cluster', () => {
  interface Compose {
    readonly services: Readonly<Record<string, { readonly command: readonly string[] }>>;
  }
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as Compose;

  it('has these settings and no others, and keeps on the disk what is committed', () => {
    expect(postgresSettings(true)).toEqual(database);
  });

  it('has the same settings in a container, and no others', () => {
    const [program, ...flags] = services['postgres']?.command ?? [];
    expect(program).toBe('postgres');
    expect(flags).toEqual(Object.entries(database).map(([name, value]) => `-c${name}=${value}`));
  });

  it('is durable unless a test says that it is not', () => {
    expect(postgresSettings(false)).toEqual({
      ...database,
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
    });
    expect(read('deploy', 'local', 'postgres.ts').match(/\bdurable\b.*/g)).toEqual([
      'durable?: boolean;',
      'durable = true } = this.#options;',
      'durable),',
      'durable = true } = this.#options;',
      "durable ? [] : ['--no-sync']),",
    ]);
    expect(read('deploy', 'local', 'stack.ts')).not.toMatch(/\bdurable\b/);
  });

  it('gets from the script of its container what belongs to TLS, and no other setting', () => {
    const set = read('deploy', 'docker', 'postgres', 'start.sh').match(/-c\w+=\S+/g);
    const tls = ['-cssl=on', '-cssl_cert_file=/tmp/cert.pem', '-cssl_key_file=/tmp/key.pem'];
    expect(set).toEqual([...tls, '-cssl_min_protocol_version=TLSv1.3', '-chba_file=/tmp/pg_hba.conf']);
  });
});

interface Copies {
  readonly brokers: number;
  readonly asked?: number;
  readonly copies: number;
  readonly most: number;
}

describe('a broker', () => {
  it('has these settings and no others', () => {
    expect(propertiesIn(serverProperties(options))).toEqual({ ...broker, ...onOneMachine });
  });

  it('has the same settings in a container, apart from its network', () => {
    const text = read('deploy', 'docker', 'kafka', 'server.properties');
    expect(propertiesIn(text)).toEqual({ ...broker, ...inContainer });
    const added = read('deploy', 'docker', 'kafka', 'start.sh').match(/^[a-z][a-z0-9.-]*\.[a-z0-9.-]*(?==)/gm);
    expect(added).toEqual([
      'advertised.listeners',
      'listener.name.client.scram-sha-256.sasl.jaas.config',
      'listener.name.controller.plain.sasl.jaas.config',
    ]);
  });

  it.each<readonly [string, Copies]>([
    ['two', { brokers: 2, copies: 2, most: 2 }],
    ['three', { brokers: 3, copies: 3, most: 2 }],
    ['three that are to hold each topic once', { brokers: 3, asked: 1, copies: 1, most: 1 }],
  ])(
    'of %s keeps each topic on most of them, and what it needs itself too',
    (_many, { brokers, asked, copies, most }) => {
      const node = {
        id: 2,
        controllers: controllers.slice(0, brokers),
        ...(asked === undefined ? {} : { copies: asked }),
      };
      expect(propertiesIn(serverProperties({ ...options, node }))).toEqual({
        ...broker,
        ...onOneMachine,
        'node.id': '2',
        'controller.quorum.voters': node.controllers.map(({ id }) => `${id}@127.0.0.1:${id}`).join(','),
        'default.replication.factor': `${copies}`,
        'min.insync.replicas': `${most}`,
        'offsets.topic.replication.factor': `${brokers}`,
        'transaction.state.log.replication.factor': `${brokers}`,
        'transaction.state.log.min.isr': '2',
        'share.coordinator.state.topic.replication.factor': `${brokers}`,
        'share.coordinator.state.topic.min.isr': '2',
      });
    },
  );

  it('looks for expired records at its own times, unless a test sets them', () => {
    expect(propertiesIn(serverProperties({ ...options, retentionCheckMs: 9 }))).toEqual({
      ...broker,
      ...onOneMachine,
      'log.retention.check.interval.ms': '9',
      'log.initial.task.delay.ms': '9',
    });
  });

  it('logs warnings alone, the same ones in a container', () => {
    const warnings = {
      status: 'error',
      'appender.out.type': 'Console',
      'appender.out.name': 'out',
      'appender.out.layout.type': 'PatternLayout',
      'appender.out.layout.pattern': '%d{ISO8601} %-5p %c{1} %m%n',
      'rootLogger.level': 'warn',
      'rootLogger.appenderRef.out.ref': 'out',
    };
    expect(propertiesIn(log4jProperties)).toEqual(warnings);
    expect(propertiesIn(read('deploy', 'docker', 'kafka', 'log4j2.properties'))).toEqual(warnings);
  });
});
