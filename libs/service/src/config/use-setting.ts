const CODE = /^[\w-]{1,40}$/;

/** What a setting names cannot be used: there is no such file, or nobody answers there. It holds no value. */
export class UnusableSettingError extends Error {
  override readonly name = 'UnusableSettingError';
  /** Of what went wrong: `ENOENT`, `ECONNREFUSED`, `keyring-missing`, or the SQLSTATE of PostgreSQL. */
  readonly code: string;
  readonly settings: readonly string[];

  constructor(setting: string, cause: unknown) {
    const code = codeOf(cause);
    super(`what the setting ${setting} names cannot be used (${code})`, { cause });
    this.code = code;
    this.settings = [setting];
  }
}

/** Does what needs the thing that a setting names. @throws UnusableSettingError for whatever that throws */
export async function useSetting<T>(setting: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new UnusableSettingError(setting, error);
  }
}

function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return [code, name].find((each): each is string => typeof each === 'string' && CODE.test(each)) ?? 'unknown';
}
