import { IsOptional, ValidateBy, validateSync } from 'class-validator';
import { ConfigError } from './config-error.js';
import type { Environment } from './environment.js';

export interface SettingOptions {
  /** What the text stands for; the text itself unless told otherwise. What it throws makes the setting wrong. */
  readonly as?: (text: string) => unknown;
  /** The value where the setting is absent; a setting without one, and not optional, must be given. */
  readonly fallback?: unknown;
  readonly optional?: boolean;
}

interface DeclaredSetting extends SettingOptions {
  readonly setting: string;
}

const declared = new Map<object, Map<string, DeclaredSetting>>();

/**
 * Says which setting of the environment a property is read from; what it may hold is said by class-validator beside it.
 */
export function Setting(setting: string, options: SettingOptions = {}): PropertyDecorator {
  return (target, property) => {
    const own = declared.get(target) ?? new Map<string, DeclaredSetting>();
    declared.set(target, own.set(String(property), { setting, ...options }));
    if (options.optional === true) IsOptional()(target, property);
  };
}

/** A whole number in decimal, or what no validator of numbers accepts. */
export function wholeNumber(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * Reads a class of settings. All that is wrong is told at once.
 *
 * @throws ConfigError with the name of every setting that is missing or has the wrong form
 */
export function readConfig<C extends object>(type: new () => C, env: Environment): C {
  const config = new type() as Record<string, unknown>;
  const settings = settingsOf(type);
  const wrong = new Set<string>();
  for (const [property, { setting, as = asText, fallback }] of settings) {
    const text = env[setting];
    try {
      config[property] = text === undefined ? fallback : as(text);
    } catch {
      wrong.add(setting);
    }
  }
  const errors = validateSync(config, {
    skipMissingProperties: false,
    validationError: { target: false, value: false },
  });
  for (const { property } of errors) wrong.add(settings.get(property)?.setting ?? property);
  if (wrong.size > 0) throw new ConfigError([...wrong].sort());
  return config as C;
}

/** Those of the classes that it extends, too. */
function settingsOf(type: new () => object): ReadonlyMap<string, DeclaredSetting> {
  const all = new Map<string, DeclaredSetting>();
  for (let of: object | null = type.prototype as object; of !== null; of = Object.getPrototypeOf(of) as object | null) {
    for (const [property, setting] of declared.get(of) ?? []) all.set(property, setting);
  }
  return all;
}

function asText(text: string): string {
  return text;
}

/** For what only a local system or a test may be told. The class that uses it has `isProduction`. */
export function NotInProduction(): PropertyDecorator {
  return ValidateBy({
    name: 'notInProduction',
    validator: {
      validate: (value: unknown, args) =>
        value === undefined || (args?.object as { isProduction?: boolean } | undefined)?.isProduction !== true,
    },
  });
}
