import { mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry } from './domain/entry.js';

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** An append-only journal: one JSON line per action, on the disk before any caller is answered. */
export class JournalStore {
  private readonly all: Entry[];
  private unwritten: string[] = [];
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;

  private constructor(
    private readonly file: FileHandle,
    entries: readonly Entry[],
  ) {
    this.all = [...entries];
  }

  /**
   * Reads the journal of an earlier process, however that process ended. Drops a half-written last line: no caller got
   * an answer for it.
   */
  static async open(folder: string): Promise<JournalStore> {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'journal.jsonl');
    const file = await open(path, 'a');
    const bytes = readFileSync(path);
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end < bytes.length) truncateSync(path, end);
    const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
    return new JournalStore(
      file,
      lines.map((line) => JSON.parse(line) as Entry),
    );
  }

  get entries(): readonly Entry[] {
    return this.all;
  }

  /** Appends in memory at once, so that the next decision sees it. The answer to the caller must wait for `durable`. */
  append(entries: readonly Entry[]): void {
    this.all.push(...entries);
    this.unwritten.push(...entries.map((entry) => `${JSON.stringify(entry)}\n`));
  }

  /** Resolves when everything appended so far is on the disk. Callers that wait at the same time share one fsync. */
  durable(): Promise<void> {
    if (this.unwritten.length === 0 && this.writing === undefined) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiting.push({ resolve, reject });
    this.writing ??= this.write();
    return promise;
  }

  async close(): Promise<void> {
    await this.durable();
    await this.file.close();
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const lines = this.unwritten;
      const waiting = this.waiting;
      this.unwritten = [];
      this.waiting = [];
      try {
        if (lines.length > 0) {
          await this.file.appendFile(lines.join(''));
          await this.file.datasync();
        }
        for (const { resolve } of waiting) resolve();
      } catch (error) {
        // The memory is ahead of the disk, so this process can give no reliable answer any more and ends.
        for (const { reject } of waiting) reject(error);
        process.exitCode = 1;
        setImmediate(() => process.exit(1));
      }
    }
    this.writing = undefined;
  }
}
