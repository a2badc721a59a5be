import { createSecretKey, type KeyObject } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalBytes } from '../../bytes.js';
import { SealingError } from '../../errors.js';
import { kernelRandom } from '../kernel-random.js';
import { openAtRest, REST_OVERHEAD_BYTES, sealAtRest } from '../rest.js';

const MAGIC = Buffer.from('keyring1', 'latin1');
const MASTER_ID_BYTES = 16;
const MASTER_BYTES = 32;
const HEADER_BYTES = MAGIC.length + MASTER_ID_BYTES;
const READ_ATTEMPTS_MAX = 50;

/** The points between which a writer can be killed, in order. */
export type WriteStep =
  'write-master' | 'write-file' | 'sync-file' | 'rename-file' | 'overwrite-old-masters' | 'unlink-old-masters';

/**
 * A sealed file, and beside it the master key under which it is sealed. When a key is removed, the rest is sealed under
 * a new master, and the old master is overwritten and removed. Every older copy of the file is unreadable then.
 *
 * At each point of a write the file on the disk is complete and has its master. A killed writer leaves the old state or
 * the new one, and at most one superfluous master, which the next writer removes.
 */
export class KeyringFile {
  readonly path: string;
  readonly #dir: string;
  readonly #name: string;
  readonly #onStep: (step: WriteStep) => void;

  /** @param onStep called before each step, so that a test can end the process there */
  constructor(dir: string, name: string, onStep: (step: WriteStep) => void = () => undefined) {
    this.#dir = dir;
    this.#name = name;
    this.#onStep = onStep;
    this.path = join(dir, `${name}.keyring`);
  }

  exists(): boolean {
    return existsSync(this.path);
  }

  /**
   * Reads the plaintext without a lock. When a writer destroys the master between the two reads, both are read again.
   * The new file exists before the old master is touched.
   *
   * @throws SealingError `keyring-missing`, `keyring-damaged`
   */
  read(): Buffer {
    for (let attempt = 1; ; attempt += 1) {
      if (!this.exists()) throw new SealingError('keyring-missing');
      const file = readFileSync(this.path);
      const opened = this.#open(file);
      if (opened !== undefined) return opened;
      if (attempt === READ_ATTEMPTS_MAX) throw new SealingError('keyring-damaged');
    }
  }

  /** Replaces the file. Only under the writer lock. `newMaster`: older copies become unreadable. */
  write(plaintext: Uint8Array, newMaster: boolean): void {
    const masterId = newMaster ? this.#newMaster() : masterIdIn(readFileSync(this.path));
    const master = this.#master(masterId);
    if (master === undefined) throw new SealingError('keyring-damaged');
    this.#onStep('write-file');
    const body = sealAtRest(master, this.#aad(masterId), plaintext);
    const temporary = `${this.path}.tmp`;
    writeDurably(temporary, Buffer.concat([MAGIC, masterId, body]), { beforeSync: () => this.#onStep('sync-file') });
    this.#onStep('rename-file');
    renameSync(temporary, this.path);
    syncDirectory(this.#dir);
    if (newMaster) this.sweep();
  }

  /**
   * Destroys every master that the file does not need, and the files of a killed writer. Only under the lock.
   *
   * @throws SealingError `keyring-damaged` for a file that does not open, because its master may be among the others
   */
  sweep(): void {
    this.read().fill(0);
    const present = this.#masterPath(masterIdIn(readFileSync(this.path)));
    const leftovers = readdirSync(this.#dir)
      .filter((file) => file.startsWith(`${this.#name}.`) && /\.(master|tmp)$/.test(file))
      .map((file) => join(this.#dir, file))
      .filter((path) => path !== present);
    if (leftovers.length === 0) return;
    this.#onStep('overwrite-old-masters');
    for (const path of leftovers) overwrite(path);
    this.#onStep('unlink-old-masters');
    for (const path of leftovers) unlinkSync(path);
    syncDirectory(this.#dir);
  }

  #newMaster(): Buffer {
    const masterId = kernelRandom(MASTER_ID_BYTES);
    this.#onStep('write-master');
    const master = kernelRandom(MASTER_BYTES);
    writeDurably(this.#masterPath(masterId), master);
    master.fill(0);
    syncDirectory(this.#dir);
    return masterId;
  }

  #master(masterId: Uint8Array): KeyObject | undefined {
    try {
      return createSecretKey(readFileSync(this.#masterPath(masterId)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  #masterPath(masterId: Uint8Array): string {
    return join(this.#dir, `${this.#name}.${Buffer.from(masterId).toString('hex')}.master`);
  }

  #aad(masterId: Uint8Array): Uint8Array {
    return canonicalBytes('keyring-file/v1', [this.#name, masterId]);
  }

  #open(file: Buffer): Buffer | undefined {
    const masterId = masterIdIn(file);
    const master = this.#master(masterId);
    if (master === undefined) return undefined;
    try {
      return openAtRest(master, this.#aad(masterId), file.subarray(HEADER_BYTES));
    } catch {
      return undefined;
    }
  }
}

function masterIdIn(file: Buffer): Buffer {
  const isKeyring = file.length >= HEADER_BYTES + REST_OVERHEAD_BYTES && file.subarray(0, MAGIC.length).equals(MAGIC);
  if (!isKeyring) throw new SealingError('keyring-damaged');
  return file.subarray(MAGIC.length, HEADER_BYTES);
}

/** Replaces a file that others may read, as a whole. The file is on the disk when the function returns. */
export function replaceDurably(path: string, bytes: Uint8Array, mode: number): void {
  writeDurably(`${path}.tmp`, bytes, { mode });
  renameSync(`${path}.tmp`, path);
  syncDirectory(dirname(path));
}

/** Writes a file to the disk before anything refers to it. By default only its owner can read it. */
export function writeDurably(
  path: string,
  bytes: Uint8Array,
  { mode = 0o600, beforeSync }: { readonly mode?: number; readonly beforeSync?: () => void } = {},
): void {
  const file = openSync(path, 'w', mode);
  try {
    writeFileSync(file, bytes);
    beforeSync?.();
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes a directory to the disk, because a rename is durable only with its directory. */
export function syncDirectory(dir: string): void {
  const handle = openSync(dir, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Overwrites a file, because unlinking leaves its bytes on the disk. A flash disk may keep them: see the README. */
function overwrite(path: string): void {
  const file = openSync(path, 'r+');
  try {
    writeFileSync(file, kernelRandom(statSync(path).size));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
