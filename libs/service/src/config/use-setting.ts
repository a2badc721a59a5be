const CODE = /^[\w-]{1,40}$/;

/**
 * The thing that a setting names cannot be used: the file is missing, or nothing answers at the address. The error
 * holds no value of the setting.
 */
export class UnusableSettingError extends Error {
  override readonly name = 'UnusableSettingError';
  /** The code of the cause: `ENOENT`, `ECONNREFUSED`, `keyring-missing`, or the SQLSTATE of PostgreSQL. */
  readonly code: string;
  readonly settings: readonly string[];

  constructor(setting: string, cause: unknown) {
    const code = codeOf(cause);
    super(`the file, folder or address in the setting ${setting} cannot be used (${code})`, { cause });
    this.code = code;
    this.settings = [setting];
  }
}

/**
 * Runs work that needs the thing that a setting names.
 *
 * @throws UnusableSettingError with the work's error as its cause
 */
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
