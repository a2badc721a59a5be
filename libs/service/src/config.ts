import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A setting is missing or has the wrong form. Names the setting, never its value: it may be a password. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'bad-setting';

  constructor(readonly setting: string) {
    super(`the setting ${setting} is missing or has the wrong form`);
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What every service is told when it starts; read once, in one place. */
export interface ServiceConfig {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly kafkaUser: { readonly username: string; readonly password: string };
  readonly keyringPrivate: string;
  /** A second live copy, on another disk; without one the loss of the first loses every live case. */
  readonly keyringReplica: string | undefined;
  readonly keyringPublic: string;
  readonly pinnedIdentities: string;
  readonly profilePath: string;
  /** X25519, 32 bytes: whom records under a legal hold are kept for. Without it no hold can be placed. */
  readonly custodianKey: Uint8Array | undefined;
}

/** @throws ConfigError */
export function readServiceConfig(env: Environment): ServiceConfig {
  return {
    port: wholeSetting(env, 'PORT', { min: 1, max: 65_535 }),
    host: env['HOST'] ?? '127.0.0.1',
    databaseUrl: textSetting(env, 'DATABASE_URL', /^postgres(ql)?:\/\//),
    brokers: textSetting(env, 'KAFKA_BROKERS', /^[\w.:,[\]-]+$/).split(','),
    kafkaUser: { username: textSetting(env, 'KAFKA_USERNAME'), password: textSetting(env, 'KAFKA_PASSWORD') },
    keyringPrivate: textSetting(env, 'KEYRING_PRIVATE'),
    keyringReplica: env['KEYRING_REPLICA'] === undefined ? undefined : textSetting(env, 'KEYRING_REPLICA'),
    keyringPublic: textSetting(env, 'KEYRING_PUBLIC'),
    pinnedIdentities: textSetting(env, 'PINNED_IDENTITIES'),
    profilePath: textSetting(env, 'PROFILE'),
    custodianKey: env['CUSTODIAN_KEY'] === undefined ? undefined : custodianKeyIn(textSetting(env, 'CUSTODIAN_KEY')),
  };
}

/** From the public half that `openssl pkey -pubout` writes of an X25519 key. @throws ConfigError `CUSTODIAN_KEY` */
function custodianKeyIn(path: string): Uint8Array {
  try {
    const key = createPublicKey(readFileSync(path));
    if (key.asymmetricKeyType === 'x25519') return key.export({ format: 'raw-public' });
  } catch {
    // Told below: neither the path nor what it holds is for a log.
  }
  throw new ConfigError('CUSTODIAN_KEY');
}

/** @throws ConfigError */
export function textSetting(env: Environment, name: string, pattern = /./): string {
  const value = env[name];
  if (value === undefined || !pattern.test(value)) throw new ConfigError(name);
  return value;
}

/** @throws ConfigError */
export function wholeSetting(
  env: Environment,
  name: string,
  limits: { readonly min: number; readonly max: number; readonly fallback?: number },
): number {
  if (env[name] === undefined && limits.fallback !== undefined) return limits.fallback;
  const value = Number(textSetting(env, name, /^\d{1,12}$/));
  if (value < limits.min || value > limits.max) throw new ConfigError(name);
  return value;
}
