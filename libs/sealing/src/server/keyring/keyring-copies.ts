import { mkdirSync } from 'node:fs';
import { SealingError } from '../../errors.js';
import { KeyringFile, type WriteStep } from './keyring-file.js';
import { decodeState, encodeState, type KeyringState } from './keyring-state.js';

export type CopyName = 'primary' | 'replica';

/**
 * - `one`: this keyring was given one folder only
 * - `in-step`: both hold the same
 * - `apart`: one is behind or damaged; the next change mends it
 * - `away`: one cannot be reached, or is gone: nothing can be changed
 */
export type CopiesState = 'one' | 'in-step' | 'apart' | 'away';

interface Copy {
  readonly dir: string;
  readonly file: KeyringFile;
}

/** What one folder holds: a state, something that does not open, or nothing that can be reached. */
type Found = { readonly state: KeyringState } | 'damaged' | 'away';

export interface CopiesOptions {
  readonly privateDir: string;
  readonly replicaDir?: string | undefined;
  readonly service: string;
  readonly onStep?: ((step: WriteStep, copy: CopyName) => void) | undefined;
}

/**
 * One keyring in one or two folders, each with a master of its own.
 *
 * The replica is written first: readers look at the primary, so whatever a reader can see is in both. Whichever is
 * newer counts, so a writer that dies in between leaves a change that is either finished by the next one or, if it
 * never reached a disk, did not happen; a destroyed key does not come back from a copy that was away meanwhile.
 *
 * A copy that is gone is not made again by itself: its disk may only be unplugged, and what were written into the empty
 * folder instead would be found by no later destruction.
 */
export class KeyringCopies {
  /** The file whose change tells that there is something new to read. */
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

  /** What counts, without the lock. @throws SealingError `keyring-missing`, `keyring-damaged` */
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

  /** Makes both hold the newest, and destroys what a killed writer left. Only under the lock. @throws as `read` */
  settle(): KeyringState {
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
   * A change counts when every copy has it. Only under the lock, after `settle`.
   *
   * @throws SealingError `replica-away`: then nothing has been destroyed, and nothing new may be used
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

  /** Makes the copy that is gone, in a place that a person knows to be the right one. Only under the lock. */
  renew(): void {
    const state = this.settle();
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

/** False: the disk has refused. With one copy alone its own word is passed on; anything else always is. */
function onDisk(work: () => void, { isTold }: { readonly isTold: boolean }): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (isTold || typeof (error as NodeJS.ErrnoException).errno !== 'number') throw error;
    return false;
  }
}
