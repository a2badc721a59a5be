import { statSync } from 'node:fs';

/** An instance notices a change of another one within this time. */
const RECHECK_MS = 250;

/** Tells whether a file was replaced by `rename` since it was last read. */
export class FileVersion {
  readonly #path: string;
  #seen: string | undefined;
  #checkedAtMs = -Infinity;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * True when the file has changed since the last `true`. It looks at the disk at most every 250 ms, so that it can be
   * called for every message. With `now` it looks at once.
   */
  hasChanged(when: 'soon' | 'now' = 'soon'): boolean {
    const nowMs = performance.now();
    if (when === 'soon' && nowMs - this.#checkedAtMs < RECHECK_MS) return false;
    this.#checkedAtMs = nowMs;
    const found = this.#look();
    if (found === this.#seen) return false;
    this.#seen = found;
    return true;
  }

  /** Lets the next call return true, because the content could not be used. */
  forget(): void {
    this.#seen = undefined;
    this.#checkedAtMs = -Infinity;
  }

  #look(): string {
    const stat = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? 'none' : `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.size}`;
  }
}
