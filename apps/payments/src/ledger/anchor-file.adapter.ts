import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { AnchoredPair, AnchorReading } from '../domain/anchor.js';

/** Stores the head of the chain outside the database, so that payments detects an older database. */
export abstract class Anchor {
  abstract read(): AnchorReading;
  /** Runs work while no other process can change the anchor. Undefined: another process had the lock for too long. */
  abstract locked<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** The caller must have the lock. */
  abstract write(pair: AnchoredPair): void;
}

/** A process normally has the lock for milliseconds. */
const LOCK_STALE_MS = 30_000;
const LOCK_TRIES = 200;
const LOCK_PAUSE_MS = 10;
const PAIR = /^\{"seq":"(0|[1-9]\d{0,18})","hash":"([\w-]{43})"\}$/;

/** One file that all instances share. It changes only under its lock, and a rename replaces it atomically. */
export class AnchorFile extends Anchor {
  private readonly lockFolder: string;
  /** The lock of another process, and since when this one sees it. */
  private seen: { readonly madeMs: number | undefined; readonly sinceMs: number } | undefined;

  constructor(private readonly path: string) {
    super();
    this.lockFolder = `${path}.lock`;
    mkdirSync(dirname(path), { recursive: true });
  }

  read(): AnchorReading {
    try {
      const [, seq, hash] = PAIR.exec(readFileSync(this.path, 'utf8')) ?? [];
      return seq === undefined || hash === undefined ? 'unreadable' : { seq: BigInt(seq), hash };
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return 'missing';
      throw error;
    }
  }

  async locked<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let tries = 0; !this.lock(); tries += 1) {
      if (tries >= LOCK_TRIES) return undefined;
      await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
    }
    try {
      return await work();
    } finally {
      rmdirSync(this.lockFolder);
    }
  }

  write({ seq, hash }: AnchoredPair): void {
    const next = `${this.path}.next`;
    const descriptor = openSync(next, 'w', 0o600);
    writeSync(descriptor, JSON.stringify({ seq: String(seq), hash }));
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(next, this.path);
    const folder = openSync(dirname(this.path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  /**
   * A folder can be created only once. A lock that stays the same for too long was left by a dead process and is
   * removed. A clock that cannot leap counts how long: by the age of the file a living lock would be freed when the
   * clock of the machine leaps ahead, and a dead one would stay when it goes back.
   */
  private lock(): boolean {
    try {
      mkdirSync(this.lockFolder);
      return true;
    } catch {
      const madeMs = statSync(this.lockFolder, { throwIfNoEntry: false })?.mtimeMs;
      if (this.seen?.madeMs !== madeMs) this.seen = { madeMs, sinceMs: performance.now() };
      else if (this.seen !== undefined && performance.now() - this.seen.sinceMs > LOCK_STALE_MS) {
        rmSync(this.lockFolder, { recursive: true, force: true });
      }
      return false;
    }
  }
}
