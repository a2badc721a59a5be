import { applyDecorators } from '@nestjs/common';
import { IsInt, IsOptional, Max, Min, ValidateBy, validateSync } from 'class-validator';
import { ConfigError } from './config-error.js';
import type { Environment } from './environment.js';

export interface SettingOptions {
  /** Converts the text; without it the value is the text itself. If it throws, the setting has the wrong form. */
  readonly as?: (text: string) => unknown;
  /** The value if the setting is absent. A setting without a fallback is required unless it is optional. */
  readonly fallback?: unknown;
  readonly optional?: boolean;
}

interface DeclaredSetting extends SettingOptions {
  readonly setting: string;
}

const declared = new Map<object, Map<string, DeclaredSetting>>();

/** Names the environment variable of a property. Decorators of class-validator beside it say which values are valid. */
export function Setting(setting: string, options: SettingOptions = {}): PropertyDecorator {
  return (target, property) => {
    const own = declared.get(target) ?? new Map<string, DeclaredSetting>();
    declared.set(target, own.set(String(property), { setting, ...options }));
    if (options.optional === true) IsOptional()(target, property);
  };
}

export interface NumberSettingOptions {
  /** The default is 1. */
  readonly min?: number;
  readonly max: number;
  readonly fallback?: number;
}

/** A setting that is a whole number between two bounds, which are allowed too. */
export function NumberSetting(setting: string, { min = 1, max, fallback }: NumberSettingOptions): PropertyDecorator {
  return applyDecorators(Setting(setting, { as: wholeNumber, fallback }), IsInt(), Min(min), Max(max));
}

/** A whole number in decimal, or NaN, which the number validators refuse. */
export function wholeNumber(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * Reads a class of settings. The error lists every wrong setting at once.
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

/** The settings of a class and of the classes that it extends. */
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

/** Refuses a setting unless NODE_ENV is `test`. The class needs `isTest`. */
export function OnlyInTests(): PropertyDecorator {
  return ValidateBy({
    name: 'onlyInTests',
    validator: {
      validate: (value: unknown, args) =>
        value === undefined || (args?.object as { isTest?: boolean } | undefined)?.isTest === true,
    },
  });
}

/** Refuses a setting in production: only a local system or a test may use it. The class needs `isProduction`. */
export function NotInProduction(): PropertyDecorator {
  return ValidateBy({
    name: 'notInProduction',
    validator: {
      validate: (value: unknown, args) =>
        value === undefined || (args?.object as { isProduction?: boolean } | undefined)?.isProduction !== true,
    },
  });
}
