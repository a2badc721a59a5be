/** Settings are missing or have the wrong form. The message names them without their values, which may be passwords. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'bad-setting';

  constructor(readonly settings: readonly string[]) {
    super(
      settings.length === 1
        ? `the setting ${settings[0]} is missing or has the wrong form`
        : `the settings ${settings.join(', ')} are missing or have the wrong form`,
    );
  }
}
