import { Matches } from 'class-validator';
import { environment, IsPath, readConfig, Setting } from '#libs/service';

/** Settings of the command besides its options. All are optional: the default is the city's file and folder. */
export class CliConfig {
  @Setting('KEYRING_PRIVATE', { optional: true })
  @Matches(/./)
  readonly keyringPrivate: string | undefined;

  @Setting('KEYRING_REPLICA', { optional: true })
  @Matches(/./)
  readonly keyringReplica: string | undefined;

  @Setting('KEYRING_PUBLIC', { optional: true })
  @Matches(/./)
  readonly keyringPublic: string | undefined;

  @Setting('PINNED_IDENTITIES', { optional: true })
  @Matches(/./)
  readonly pinnedIdentities: string | undefined;

  @Setting('KAFKA_BROKERS', { optional: true })
  @Matches(/./)
  readonly brokers: string | undefined;

  @Setting('KAFKA_CA', { optional: true })
  @IsPath()
  readonly kafkaCa: string | undefined;

  @Setting('KAFKA_ADMIN_USERNAME', { optional: true })
  @Matches(/./)
  readonly adminUsername: string | undefined;

  @Setting('KAFKA_ADMIN_PASSWORD', { optional: true })
  @Matches(/./)
  readonly adminPassword: string | undefined;
}

/** @throws ConfigError for a setting that is present and empty */
export function cliConfig(): CliConfig {
  return readConfig(CliConfig, environment());
}
