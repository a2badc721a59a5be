import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ArrayMinSize, IsInstance, Matches } from 'class-validator';
import { LimitsConfig } from './limits.config.js';
import { oneAddress, PORT_MAX } from './listener.config.js';
import { NumberSetting, Setting } from './setting.js';
import {
  isBroker,
  IsBroker,
  IsDatabaseUrl,
  IsElsewhereThan,
  IsFolder,
  IsHost,
  IsNeededOffLoopback,
  IsOptionalPath,
  IsOtherThan,
  IsPath,
} from './validators.js';

/** The settings of every service. A service with more settings extends this class in its own `config.ts`. */
export class ServiceConfig extends LimitsConfig {
  /** The port for operators: readiness, metrics, operations, legal holds. It is never exposed. */
  @NumberSetting('INTERNAL_PORT', { max: PORT_MAX })
  @IsOtherThan('port')
  readonly internalPort!: number;

  @Setting('INTERNAL_HOST', { as: oneAddress, fallback: '127.0.0.1' })
  @IsHost()
  readonly internalHost!: string;

  /** Off loopback with `?sslmode=verify-full`, and with `&sslrootcert=FILE` for a private authority. */
  @Setting('DATABASE_URL')
  @IsDatabaseUrl()
  readonly databaseUrl!: string;

  /**
   * The same database, for what needs a session of its own: migrations, the lock of the nightly turn, the relay, the
   * lock of leases. Needed if `DATABASE_URL` leads to a pooler in transaction mode. Absent: it leads to the database.
   */
  @Setting('DATABASE_DIRECT_URL', { optional: true })
  @IsDatabaseUrl()
  readonly databaseDirectUrl: string | undefined;

  get directUrl(): string {
    return this.databaseDirectUrl ?? this.databaseUrl;
  }

  @Setting('KAFKA_BROKERS', { as: (text) => text.split(',') })
  @ArrayMinSize(1)
  @IsBroker({ each: true })
  readonly brokers!: readonly string[];

  /** The PEM file of the authorities that sign the brokers' certificates. With it, Kafka speaks TLS. */
  @Setting('KAFKA_CA')
  @IsNeededOffLoopback(['brokers'], { form: isBroker })
  @IsOptionalPath()
  readonly kafkaCa: string | undefined;

  /** How many brokers should hold each topic at least. A topic that fewer hold raises an alarm. */
  @NumberSetting('KAFKA_COPIES', { max: 99, fallback: 1 })
  readonly kafkaCopies!: number;

  @Setting('KAFKA_USERNAME')
  @Matches(/./)
  readonly kafkaUsername!: string;

  @Setting('KAFKA_PASSWORD')
  @Matches(/./)
  readonly kafkaPassword!: string;

  @Setting('KEYRING_PRIVATE')
  @IsPath()
  readonly keyringPrivate!: string;

  /** A second live copy on another disk. Without it, the loss of the first copy loses every live case. */
  @Setting('KEYRING_REPLICA', { optional: true })
  @IsPath()
  @IsElsewhereThan('keyringPrivate')
  readonly keyringReplica: string | undefined;

  /** The folder where all services publish their keys. The setup of the system creates it. */
  @Setting('KEYRING_PUBLIC')
  @IsFolder()
  @IsElsewhereThan('keyringPrivate')
  @IsElsewhereThan('keyringReplica')
  readonly keyringPublic!: string;

  @Setting('PINNED_IDENTITIES')
  @IsPath()
  readonly pinnedIdentities!: string;

  /** The file of the city's profile. */
  @Setting('PROFILE')
  @IsPath()
  readonly profilePath!: string;

  /**
   * The custodian's X25519 key, 32 bytes. Records under a legal hold are sealed to it; without it no hold can be
   * placed.
   */
  @Setting('CUSTODIAN_KEY', { optional: true, as: custodianKeyIn })
  @IsInstance(Uint8Array)
  readonly custodianKey: Uint8Array | undefined;
}

/**
 * Reads the public half of an X25519 key, as `openssl pkey -pubout` writes it.
 *
 * @throws TypeError for another key type
 */
function custodianKeyIn(path: string): Uint8Array | undefined {
  const key = createPublicKey(readFileSync(path));
  if (key.asymmetricKeyType !== 'x25519') throw new TypeError('not an X25519 key');
  return key.export({ format: 'raw-public' });
}
