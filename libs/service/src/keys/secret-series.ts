import type { Keyring } from '#libs/sealing';
import { hashUnder, type KeyedHash } from './keyed-hash.js';

const tokens = new Map<string, symbol>();

/** The provider of a series that the service's definition names. */
export function secretSeries(name: string): symbol {
  const known = tokens.get(name) ?? Symbol(`secret series: ${name}`);
  tokens.set(name, known);
  return known;
}

/** Secrets of one name, numbered. Each is made when its period begins and destroyed after it. */
export class SecretSeries {
  constructor(
    private readonly keyring: Keyring,
    private readonly name: string,
  ) {}

  has(number: number): boolean {
    return this.keyring.secretExists(this.nameOf(number));
  }

  /** Makes the secret if it does not exist. Several instances may call it at the same time. */
  async ensure(number: number): Promise<void> {
    if (this.has(number)) return;
    await this.keyring.createSecret(this.nameOf(number)).catch((error: unknown) => {
      // If another instance made it first, the error does not matter.
      if (!this.has(number)) throw error;
    });
  }

  async destroy(number: number): Promise<void> {
    if (this.has(number)) await this.keyring.destroySecret(this.nameOf(number));
  }

  hash(number: number): KeyedHash {
    return hashUnder(this.keyring, this.nameOf(number));
  }

  private nameOf(number: number): string {
    return `${this.name}-${number}`;
  }
}
