const WIDTH = 24;
const PLAIN_EVERY_MS = 5_000;

/** The progress of a run: one line that is rewritten on a terminal, or a new line every few seconds elsewhere. */
export class ProgressLine {
  private readonly began = Date.now();
  private shownAt = 0;
  private last = '';

  constructor(
    private readonly title: string,
    private readonly total: number,
  ) {}

  /** @param counts the counts to show, the slowest last; the bar follows the first */
  show(counts: Readonly<Record<string, number>> | object): void {
    const entries = Object.entries(counts) as [string, number][];
    const done = Math.min(this.total, entries[0]?.[1] ?? 0);
    const filled = this.total === 0 ? WIDTH : Math.round((done / this.total) * WIDTH);
    const bar = `${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}`;
    const words = entries.map(([name, value]) => `${name} ${value}`).join('  ');
    const seconds = ((Date.now() - this.began) / 1000).toFixed(1);
    this.last = `${this.title} [${bar}] ${words}  of ${this.total}  ${seconds} s`;
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${this.last}`);
    else if (Date.now() - this.shownAt > PLAIN_EVERY_MS) {
      this.shownAt = Date.now();
      console.log(this.last);
    }
  }

  end(): void {
    if (process.stdout.isTTY) process.stdout.write('\n');
    else console.log(this.last);
  }
}
