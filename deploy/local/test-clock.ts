import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAY_MS } from '#libs/contracts';

/** Longer than any process can go without reading the file again when it asks for the time. */
const SEEN_MS = 100;

/** How far ahead of the broker's own clock records may be. No test moves the broker's clock. */
export const TEST_AHEAD_MAX_MS = 400 * DAY_MS;

/**
 * The clocks of a system under test: the machine's clock, moved by a file that all of its processes read. They move the
 * clocks of their databases by the same file, because nobody can move that of PostgreSQL.
 */
export class TestClock {
  #offsetMs: number;
  #databaseOffsetMs: number;

  constructor(
    private readonly file: string,
    offsetMs: number,
  ) {
    [this.#offsetMs, this.#databaseOffsetMs] = [offsetMs, offsetMs];
    this.#write();
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Resolves when no process uses the earlier time any more. By default the databases move with the processes. */
  async set(offsetMs: number, databaseOffsetMs = offsetMs): Promise<void> {
    this.#offsetMs = Math.round(offsetMs);
    this.#databaseOffsetMs = Math.round(databaseOffsetMs);
    this.#write();
    await sleep(SEEN_MS);
  }

  /** A concurrent reader sees the old number or the new one, never a part. */
  #write(): void {
    writeFileSync(`${this.file}.new`, `${this.#offsetMs} ${this.#databaseOffsetMs}\n`);
    renameSync(`${this.file}.new`, this.file);
  }
}
