/** The environment variables of a process. Only configuration files read them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment of this process. Removes the `PG*` variables first: PostgreSQL's client would read them itself and
 * could connect elsewhere, or in another way, without any check of the settings.
 */
export function environment(): Environment {
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) delete process.env[name];
  return process.env;
}

/** The provider of the environment; a test replaces it. */
export const ENVIRONMENT = Symbol('environment');
