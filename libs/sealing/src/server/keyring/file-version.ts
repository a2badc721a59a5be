import { statSync } from 'node:fs';

/** How long an instance may not notice what another has written. */
const RECHECK_MS = 250;

/** Tells whether a file that others replace by `rename` is another one than when last read. */
export class FileVersion {
  readonly #path: string;
  #seen: string | undefined;
  #checkedAtMs = -Infinity;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * True when the file has changed since the last `true`. Looks at the disk at most every 250 ms, so that it can be
   * asked for every message; `now` looks at once.
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

  /** The next question is answered with true: what was read could not be used. */
  forget(): void {
    this.#seen = undefined;
    this.#checkedAtMs = -Infinity;
  }

  #look(): string {
    const stat = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? 'none' : `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.size}`;
  }
}
