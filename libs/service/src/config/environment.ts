/** What a process is told when it starts. Only the files of configuration read it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** That of this process. */
export function environment(): Environment {
  return process.env;
}

/** The provider under which the environment is read; a test puts another one in its place. */
export const ENVIRONMENT = Symbol('environment');
