import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { decodePayload, factsSlice, factsSubmitted, keyLife, type Day } from '#libs/contracts';
import { FileKeyDirectory, FileKeyring, hpkeOpen, EnvelopeOpener, SealingError, sliceBinding } from '#libs/sealing';

import { pinnedIdentitiesFile, privateKeyring, publicKeyring } from '../../deploy/local/keyring.js';
import type { TestCity } from './city.js';

/** The result of reading the facts that a household sent on a day: `opened`, or the code of the error. */
export type Reading = string;

/** Tries to read taken bytes with every key that eligibility, which they are for, has at this moment. */
export class Evidence {
  private constructor(
    private readonly city: TestCity,
    private readonly keyring: FileKeyring,
  ) {}

  /** Opens the present keyring. */
  static async now(city: TestCity): Promise<Evidence> {
    return new Evidence(city, await openKeyring(city, privateKeyring(city.stack.layout, 'eligibility')));
  }

  /**
   * Opens an older copy of the keyring's file with the present master keys. @throws SealingError if it does not open
   */
  static async withOldFile(city: TestCity, oldFile: string): Promise<Evidence> {
    const folder = await mkdtemp(join(tmpdir(), 'keyring-'));
    try {
      await cp(privateKeyring(city.stack.layout, 'eligibility'), folder, { recursive: true });
      await cp(oldFile, keyringFile(folder));
      return new Evidence(city, await openKeyring(city, folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Reads an envelope of that day, and the slice in it, as eligibility does. */
  readEnvelope(day: Day, envelope: Uint8Array): Reading {
    const { name, version, producer } = factsSubmitted;
    try {
      const { layout } = this.city.stack;
      const directory = new FileKeyDirectory({
        publicRoot: publicKeyring(layout),
        pinnedIdentitiesPath: pinnedIdentitiesFile(layout),
      });
      const opener = new EnvelopeOpener({ consumer: 'eligibility', keyring: this.keyring, directory });
      const plaintext = opener.open({ contract: name, version, producer, day }, envelope);
      return this.readSlice(day, decodePayload(factsSubmitted, plaintext).sealed);
    } catch (error) {
      return codeOf(error);
    }
  }

  /** Reads a slice in the form in which a household sealed it. */
  readSlice(day: Day, sealed: string): Reading {
    const privateKey = this.keyring.dayKey(day);
    if (privateKey === undefined) return this.keyring.isDayDestroyed(day) ? 'key-destroyed' : 'no-key';
    return this.open(day, sealed, privateKey);
  }

  /** Tries the keys of all given days. */
  readSliceByForce(day: Day, sealed: string, days: readonly Day[]): readonly Reading[] {
    const keys = days.flatMap((each) => this.keyring.dayKey(each) ?? []);
    return keys.map((key) => this.open(day, sealed, key));
  }

  private open(day: Day, sealed: string, privateKey: Parameters<typeof hpkeOpen>[0]['privateKey']): Reading {
    try {
      decodePayload(
        factsSlice,
        hpkeOpen({ privateKey, ...sliceBinding(factsSlice, day), sealed: Buffer.from(sealed, 'base64url') }),
      );
      return 'opened';
    } catch (error) {
      return codeOf(error);
    }
  }
}

export function keyringFile(folder: string): string {
  return join(folder, 'eligibility.keyring');
}

function openKeyring(city: TestCity, privateDir: string): Promise<FileKeyring> {
  return FileKeyring.open({
    privateDir,
    publicRoot: publicKeyring(city.stack.layout),
    service: 'eligibility',
    life: keyLife,
  });
}

function codeOf(error: unknown): string {
  if (error instanceof SealingError) return error.code;
  throw error;
}
