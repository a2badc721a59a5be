import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fromBase64url } from '../../bytes.js';
import { isPinnedIdentities, type PinnedIdentities, type PinnedIdentity } from '../../day-key-entry.js';
import { SealingError } from '../../errors.js';
import { replaceDurably } from './keyring-file.js';
import { keyIdOf } from '../keys.js';
import { withWriterLock } from './writer-lock.js';

/** @throws SealingError `pins-unreadable`, also for a key whose name is not its hash */
export function readPinnedIdentities(path: string): PinnedIdentities {
  let pins: unknown;
  try {
    pins = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new SealingError('pins-unreadable');
  }
  if (!isPinnedIdentities(pins)) throw new SealingError('pins-unreadable');
  const named = Object.values(pins).flat();
  if (!named.every(({ keyId, publicKey }) => keyIdOf(fromBase64url(publicKey)) === keyId)) {
    throw new SealingError('pins-unreadable');
  }
  return pins;
}

/** Replaces the file of pinned identities as a whole, at set-up. */
export function writePinnedIdentities(path: string, pins: PinnedIdentities): void {
  replaceDurably(path, Buffer.from(`${JSON.stringify(pins, null, 2)}\n`), 0o644);
}

/** The store of the pinned identities. Running services notice a change within 250 ms. */
export interface IdentityPins {
  /** Replaces the pinned identities of a service by those that `change` makes of the present ones. */
  change(
    service: string,
    decide: (pinned: readonly PinnedIdentity[]) => readonly PinnedIdentity[],
  ): Promise<readonly PinnedIdentity[]>;
}

/**
 * The pins of one machine, in a file. Several services can be changed at the same time.
 *
 * @throws SealingError `pins-unreadable`
 */
export function pinsIn(path: string): IdentityPins {
  return {
    change: (service, decide) =>
      withWriterLock(dirname(path), basename(path), () => {
        const pins = readPinnedIdentities(path);
        const own = decide(Object.hasOwn(pins, service) ? (pins[service] ?? []) : []);
        writePinnedIdentities(path, { ...pins, [service]: own });
        return own;
      }),
  };
}
