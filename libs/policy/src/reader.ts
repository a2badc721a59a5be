/**
 * One problem of a profile: its path, and the rule that it breaks. Profiles are public policy, so values may be named.
 */
export interface ProfileProblem {
  readonly path: string;
  readonly message: string;
}

export class ProfileError extends Error {
  override readonly name = 'ProfileError';

  constructor(readonly problems: readonly ProfileProblem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  }
}

/** The largest amount in a profile, in dollars; a larger one is probably a typing error. */
const DOLLARS_MAX = 100_000_000;

/** Reads a profile value by value and collects every problem, so that a city sees all of them at once. */
export class ProfileReader {
  constructor(
    private readonly value: unknown,
    private readonly path: string,
    readonly problems: ProfileProblem[] = [],
  ) {}

  problem(message: string): void {
    this.problems.push({ path: this.path === '' ? 'profile' : this.path, message });
  }

  at(key: string): ProfileReader {
    const inner = isObject(this.value) ? this.value[key] : undefined;
    return new ProfileReader(inner, this.path === '' ? key : `${this.path}.${key}`, this.problems);
  }

  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  list(): readonly ProfileReader[] {
    if (!Array.isArray(this.value)) {
      this.problem('must be a list');
      return [];
    }
    return this.value.map((item, index) => new ProfileReader(item, `${this.path}[${index}]`, this.problems));
  }

  text(pattern = /^.{1,400}$/s): string {
    if (typeof this.value === 'string' && pattern.test(this.value)) return this.value;
    this.problem('must be a text of the expected form');
    return '';
  }

  texts(): readonly string[] {
    return this.list().map((item) => item.text());
  }

  word<const W extends string>(allowed: readonly W[]): W {
    if (typeof this.value === 'string' && (allowed as readonly string[]).includes(this.value)) return this.value as W;
    this.problem(`must be one of ${allowed.join(', ')}`);
    return allowed[0] as W;
  }

  whole(min: number, max: number): number {
    if (Number.isInteger(this.value) && (this.value as number) >= min && (this.value as number) <= max) {
      return this.value as number;
    }
    this.problem(`must be a whole number from ${min} to ${max}`);
    return min;
  }

  flag(fallback: boolean): boolean {
    if (!this.present) return fallback;
    if (typeof this.value === 'boolean') return this.value;
    this.problem('must be true or false');
    return fallback;
  }

  /** The only place that converts dollars to cents. Dollars may have at most two decimals. */
  dollars(): bigint {
    const value = this.value;
    if (typeof value === 'number' && value >= 0 && value <= DOLLARS_MAX) {
      const cents = Math.round(value * 100);
      if (Math.abs(value * 100 - cents) < 1e-6) return BigInt(cents);
    }
    this.problem('must be an amount in dollars, not negative, with at most two decimals');
    return 0n;
  }

  /** Texts by language. Every language in `needed` must be present. */
  labels(needed: readonly string[]): Readonly<Record<string, string>> {
    const result: Record<string, string> = {};
    for (const language of needed) {
      const label = this.at(language);
      if (label.present) result[language] = label.text();
      else label.problem('translation is missing');
    }
    return result;
  }

  raw(): unknown {
    return this.value;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
