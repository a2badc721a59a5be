import { join } from 'node:path';

import { acknowledgementsFor } from '#libs/bus';

import type { KafkaOptions } from './kafka-options.js';

/** Any fixed id works, because each cluster has its own ports. */
export const clusterId = 'Y2l0eS1ob3VzZWhvbGRzMQ';

const MOST_COPIES = 3;

/** The file `server.properties` of a broker. */
export function serverProperties(options: KafkaOptions): string {
  const { folder, port, controllerPort, admin, retentionCheckMs } = options;
  const { id, controllers, copies: asked } = options.node ?? { id: 1, controllers: [{ id: 1, port: controllerPort }] };
  const copies = Math.min(controllers.length, MOST_COPIES);
  const confirmations = acknowledgementsFor(copies);
  const login = `username="${admin.username}" password="${admin.password}"`;
  const scram = `org.apache.kafka.common.security.scram.ScramLoginModule required ${login};`;
  const plainModule = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  const plain = `${plainModule} required ${login} user_${admin.username}="${admin.password}";`;
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': controllers.map((each) => `${each.id}@127.0.0.1:${each.port}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
    'inter.broker.listener.name': 'CLIENT',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-256',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.client.sasl.enabled.mechanisms': 'SCRAM-SHA-256',
    'listener.name.client.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config': plain,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': false,
    'super.users': `User:${admin.username}`,
    'auto.create.topics.enable': false,
    'log.dirs': join(folder, 'data'),
    'default.replication.factor': asked ?? copies,
    'min.insync.replicas': acknowledgementsFor(asked ?? copies),
    // The internal topics need few partitions.
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': confirmations,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': confirmations,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    // After a kill, the broker waits until its own old session ends: 3.5 s with these settings, 12 s without.
    'broker.session.timeout.ms': 2_000,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    ...(retentionCheckMs === undefined
      ? {}
      : { 'log.retention.check.interval.ms': retentionCheckMs, 'log.initial.task.delay.ms': retentionCheckMs }),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Warnings only, to standard output, which goes to the log file. Kafka's own log never holds a record's bytes. */
export const log4jProperties = `status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %-5p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
`;
