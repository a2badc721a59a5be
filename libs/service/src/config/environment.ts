/** What a process is told when it starts. Only the files of configuration read it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * That of this process. Variables that PostgreSQL's client would read by itself are taken out first: they would say,
 * past every check, with whom and how it speaks.
 */
export function environment(): Environment {
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) delete process.env[name];
  return process.env;
}

/** The provider under which the environment is read; a test puts another one in its place. */
export const ENVIRONMENT = Symbol('environment');
