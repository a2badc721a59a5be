import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { keyLife, serviceSecrets, type Service } from '#libs/contracts';
import { FileKeyDirectory, FileKeyring, type Keyring } from '#libs/sealing';
import { Clock } from '../clock/clock.js';
import { ServiceConfig } from '../config/service.config.js';
import { useSetting } from '../config/use-setting.js';
import { Log } from '../log/log.js';
import { DayKeysWorker, ensureDayKeys } from './day-keys.worker.js';
import { KEY_DIRECTORY, ROW_KEYS } from './key-directory.js';
import { hashUnder, keyedHash } from './keyed-hash.js';
import { KEYRING } from './keyring.provider.js';
import { SecretSeries, secretSeries } from './secret-series.js';

export interface KeysOptions {
  readonly service: Service;
  /** Names of secrets that are numbered. */
  readonly series: readonly string[];
}

/** Opens the keyring and provides parts of it, each under its own token. */
@Global()
@Module({})
export class KeysModule {
  static for({ service, series }: KeysOptions): DynamicModule {
    const parts: Provider[] = [
      { provide: ROW_KEYS, useFactory: rowKeysOf, inject: [KEYRING] },
      ...serviceSecrets[service].map((secret) => ({
        provide: keyedHash(secret),
        useFactory: (keyring: Keyring) => hashUnder(keyring, secret),
        inject: [KEYRING],
      })),
      ...series.map((name) => ({
        provide: secretSeries(name),
        useFactory: (keyring: Keyring) => new SecretSeries(keyring, name),
        inject: [KEYRING],
      })),
    ];
    const providers: Provider[] = [
      {
        provide: KEYRING,
        useFactory: (config: ServiceConfig, clock: Clock, log: Log) => openKeyring(service, { config, clock, log }),
        inject: [ServiceConfig, Clock, Log],
      },
      { provide: KEY_DIRECTORY, useFactory: directoryOf, inject: [ServiceConfig] },
      ...parts,
      DayKeysWorker,
    ];
    return { module: KeysModule, providers, exports: [KEYRING, KEY_DIRECTORY, ...parts.map(tokenOf)] };
  }
}

async function openKeyring(
  service: Service,
  { config, clock, log }: { readonly config: ServiceConfig; readonly clock: Clock; readonly log: Log },
): Promise<Keyring> {
  const keyring = await useSetting('KEYRING_PRIVATE', () =>
    FileKeyring.open({
      privateDir: config.keyringPrivate,
      replicaDir: config.keyringReplica,
      publicRoot: config.keyringPublic,
      service,
      life: keyLife,
    }),
  );
  await ensureDayKeys(keyring, clock, log);
  return keyring;
}

function directoryOf(config: ServiceConfig): Promise<FileKeyDirectory> {
  const options = { publicRoot: config.keyringPublic, pinnedIdentitiesPath: config.pinnedIdentities };
  return useSetting('PINNED_IDENTITIES', () => new FileKeyDirectory(options));
}

/** The three keyring functions for row keys. */
export type RowKeyStore = Pick<Keyring, 'rowKeys' | 'ensureRowKeys' | 'destroyRowKeys'>;

function rowKeysOf(keyring: Keyring): RowKeyStore {
  return {
    rowKeys: (night) => keyring.rowKeys(night),
    ensureRowKeys: (night) => keyring.ensureRowKeys(night),
    destroyRowKeys: (night) => keyring.destroyRowKeys(night),
  };
}

function tokenOf(provider: Provider): symbol {
  return (provider as { readonly provide: symbol }).provide;
}
