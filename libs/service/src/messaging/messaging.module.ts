import { readFile } from 'node:fs/promises';
import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Pool } from 'pg';
import { Registry } from 'prom-client';
import { Bus, openSlice, Transactions, type KafkaConnection } from '#libs/bus';
import { keyLife, type Service } from '#libs/contracts';
import { DestructionGate, Records } from '#libs/records';
import { EnvelopeOpener, resigner, SenderKeys, type KeyDirectory, type Keyring } from '#libs/sealing';
import { Clock } from '../clock/clock.js';
import { ServiceConfig } from '../config/service.config.js';
import { useSetting } from '../config/use-setting.js';
import { BusState } from '../health/bus-state.js';
import { KEY_DIRECTORY } from '../keys/key-directory.js';
import { KEYRING } from '../keys/keyring.provider.js';
import { errorFields, Log } from '../log/log.js';
import { BrokerRights } from './broker-rights.js';
import { busMetrics } from '../metrics/bus-metrics.js';

const STALLED_EXIT_CODE = 70;
/** How the service reaches the broker. */
const KAFKA = Symbol('kafka');

interface BusParts {
  readonly kafka: KafkaConnection;
  readonly config: ServiceConfig;
  readonly pool: Pool;
  readonly records: Records;
  readonly keyring: Keyring;
  readonly directory: KeyDirectory;
  readonly gate: DestructionGate;
  readonly clock: Clock;
  readonly log: Log;
}

/** Connects the service to the bus. It sends from the start, and reads after Nest starts its microservices. */
@Global()
@Module({})
export class MessagingModule {
  static for(service: Service): DynamicModule {
    return {
      module: MessagingModule,
      providers: [
        { provide: KAFKA, useFactory: connectionOf, inject: [ServiceConfig] },
        {
          provide: Bus,
          useFactory: async (...needs: BusNeeds) => {
            const [kafka, config, pool, records, keyring, directory, gate, clock, log, registry] = needs;
            const bus = busOf(service, { kafka, config, pool, records, keyring, directory, gate, clock, log });
            busMetrics(registry, clock, () => bus.status());
            await bus.start();
            clock.onLeap?.(() => bus.lookAround());
            gate.onAccepted(() => bus.lookAround());
            return bus;
          },
          inject: [KAFKA, ServiceConfig, Pool, Records, KEYRING, KEY_DIRECTORY, DestructionGate, Clock, Log, Registry],
        },
        {
          provide: BusState,
          useFactory: (bus: Bus<Service>): BusState => ({ status: () => bus.status() }),
          inject: [Bus],
        },
        {
          provide: BrokerRights,
          useFactory: (connection: KafkaConnection, log: Log) => new BrokerRights({ service, connection, log }),
          inject: [KAFKA, Log],
        },
        { provide: Transactions, useFactory: ({ transactions }: Bus<Service>) => transactions, inject: [Bus] },
      ],
      exports: [BrokerRights, Bus, BusState, Transactions],
    };
  }
}

type BusNeeds = [
  KafkaConnection,
  ServiceConfig,
  Pool,
  Records,
  Keyring,
  KeyDirectory,
  DestructionGate,
  Clock,
  Log,
  Registry,
];

function busOf(service: Service, parts: BusParts): Bus<Service> {
  const { kafka, config, pool, records, keyring, directory, gate, clock, log } = parts;
  return new Bus<Service>({
    service,
    pool,
    direct: { connectionString: config.directUrl },
    kafka,
    senderKeys: new SenderKeys({ producer: service, identity: () => keyring.identity(), directory, life: keyLife }),
    resigner: () => resigner(keyring, keyLife),
    opener: new EnvelopeOpener({ consumer: service, keyring, directory }),
    openSlice: (contract, slice) => openSlice(keyring, contract, slice),
    records,
    gate,
    clock: () => clock.now(),
    onAlarm: ({ code, count, topic, why }) => log.write('warn', 'alarm', { alarm: code, count, topic, code: why }),
    onHandlerFailed: (error) => log.write('error', 'work-failed', { work: 'handler', ...errorFields(error) }),
    onStalled: () => {
      log.write('error', 'alarm', { alarm: 'stalled' });
      process.exit(STALLED_EXIT_CODE);
    },
  });
}

async function connectionOf(config: ServiceConfig): Promise<KafkaConnection> {
  const { brokers, kafkaUsername: username, kafkaPassword: password, kafkaCopies: copies, kafkaCa } = config;
  const ca = kafkaCa === undefined ? {} : { ca: await fileIn('KAFKA_CA', kafkaCa) };
  return { brokers, username, password, copies, ...ca };
}

function fileIn(setting: string, path: string): Promise<string> {
  return useSetting(setting, () => readFile(path, 'utf8'));
}
