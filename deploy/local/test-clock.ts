import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAY_MS } from '#libs/contracts';

/** Longer than any process goes without reading the file, once it asks for the time. */
const SEEN_MS = 100;

/** Topics let records be so far ahead of the broker's own clock, which nobody moves. */
export const TEST_AHEAD_MAX_MS = 400 * DAY_MS;

/** The clock of a system under test: the machine's, moved by a file that all its processes read. */
export class TestClock {
  #offsetMs: number;

  constructor(
    private readonly file: string,
    offsetMs: number,
  ) {
    this.#offsetMs = offsetMs;
    this.#write();
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Resolves when no process goes by the earlier time any more. */
  async set(offsetMs: number): Promise<void> {
    this.#offsetMs = Math.round(offsetMs);
    this.#write();
    await sleep(SEEN_MS);
  }

  /** A reader sees the old number or the new one, never half of it. */
  #write(): void {
    writeFileSync(`${this.file}.new`, `${this.#offsetMs}\n`);
    renameSync(`${this.file}.new`, this.file);
  }
}
