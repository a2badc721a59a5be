import { mkdirSync } from 'node:fs';
import { SealingError } from '../../errors.js';
import { KeyringFile, type WriteStep } from './keyring-file.js';
import { decodeState, encodeState, type KeyringState } from './keyring-state.js';

export type CopyName = 'primary' | 'replica';

/**
 * - `one`: the keyring has one folder only
 * - `in-step`: both copies are equal
 * - `apart`: one copy is behind or damaged. The next change repairs it
 * - `away`: one copy cannot be reached or is gone. Nothing can be changed
 */
export type CopiesState = 'one' | 'in-step' | 'apart' | 'away';

interface Copy {
  readonly dir: string;
  readonly file: KeyringFile;
}

/** The content of one folder: a state, a file that does not open, or nothing that can be reached. */
type Found = { readonly state: KeyringState } | 'damaged' | 'away';

export interface CopiesOptions {
  readonly privateDir: string;
  readonly replicaDir?: string | undefined;
  readonly service: string;
  readonly onStep?: ((step: WriteStep, copy: CopyName) => void) | undefined;
}

/**
 * One keyring in one or two folders, each with its own master key.
 *
 * The replica is written first. Readers look at the primary, so that a reader sees only states that both copies have.
 * The newer copy is valid. The next writer finishes a change that reached one disk. A destroyed key does not come back
 * from a copy that was away.
 *
 * A missing copy is not made again automatically. Its disk may only be unplugged, and a later destruction would miss
 * the keys on it.
 */
export class KeyringCopies {
  /** The file whose change means that there is a new state. */
  readonly path: string;
  readonly #copies: readonly Copy[];

  constructor({ privateDir, replicaDir, service, onStep }: CopiesOptions) {
    const copy = (dir: string, name: CopyName): Copy => ({
      dir,
      file: new KeyringFile(dir, service, (step) => onStep?.(step, name)),
    });
    const primary = copy(privateDir, 'primary');
    this.#copies = replicaDir === undefined ? [primary] : [primary, copy(replicaDir, 'replica')];
    this.path = primary.file.path;
  }

  exists(): boolean {
    return this.#copies.some(({ file }) => file.exists());
  }

  /** Reads the valid state, without the lock. @throws SealingError `keyring-missing`, `keyring-damaged` */
  read(): KeyringState {
    const [primary, replica] = this.#copies as [Copy, Copy?];
    try {
      return decodeState(primary.file.read());
    } catch (error) {
      const other = replica === undefined ? 'away' : find(replica);
      if (typeof other === 'string') throw error;
      return other.state;
    }
  }

  /** Brings both copies to the newest state, and removes what killed writers left. Under the lock. @throws as `read` */
  repair(): KeyringState {
    const found = this.#copies.map((copy) => ({ copy, found: find(copy) }));
    const states = found.flatMap((each) => (typeof each.found === 'string' ? [] : [each.found.state]));
    const newest = states.toSorted((a, b) => b.version - a.version)[0] ?? this.read();
    for (const { copy, found: own } of found.toReversed()) {
      if (own === 'away') continue;
      const isBehind = own === 'damaged' || own.state.version < newest.version;
      onDisk(() => (isBehind ? copy.file.write(encodeState(newest), true) : copy.file.sweep()), {
        isTold: this.#copies.length === 1,
      });
    }
    return newest;
  }

  /**
   * Writes a change to every copy. Only under the lock, after `repair`.
   *
   * @throws SealingError `replica-away`; then nothing was destroyed, and no new key may be used
   */
  write(next: KeyringState, destroys: boolean): void {
    if (!['one', 'in-step'].includes(this.inStep())) throw new SealingError('replica-away');
    this.#writeAll(next, destroys);
  }

  /** As `write`, at set-up. */
  create(first: KeyringState): void {
    this.#makeFolders();
    this.#writeAll(first, true);
  }

  /** Makes a missing copy again, in a folder that a person has confirmed. Only under the lock. */
  renew(): void {
    const state = this.repair();
    this.#makeFolders();
    for (const { file } of this.#copies) if (!file.exists()) file.write(encodeState(state), true);
  }

  inStep(): CopiesState {
    if (this.#copies.length === 1) return 'one';
    const found = this.#copies.map(find);
    if (found.includes('away')) return 'away';
    const versions = found.map((each) => (typeof each === 'string' ? each : each.state.version));
    return new Set(versions).size === 1 && !found.includes('damaged') ? 'in-step' : 'apart';
  }

  #writeAll(next: KeyringState, destroys: boolean): void {
    const isTold = this.#copies.length === 1;
    for (const { file } of this.#copies.toReversed()) {
      if (!onDisk(() => file.write(encodeState(next), destroys), { isTold })) throw new SealingError('replica-away');
    }
  }

  #makeFolders(): void {
    for (const { dir } of this.#copies) mkdirSync(dir, { recursive: true, mode: 0o700 });
  }
}

function find({ file }: Copy): Found {
  if (!file.exists()) return 'away';
  try {
    return { state: decodeState(file.read()) };
  } catch (error) {
    return error instanceof SealingError && error.code === 'keyring-damaged' ? 'damaged' : 'away';
  }
}

/** Returns false when the disk refuses. A single copy passes the error on, as does any other error. */
function onDisk(work: () => void, { isTold }: { readonly isTold: boolean }): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (isTold || typeof (error as NodeJS.ErrnoException).errno !== 'number') throw error;
    return false;
  }
}
