import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { RUNTIME, textSetting, type Runtime } from '#libs/service';

/** Where the head of the books is written down outside the database, so that an older database is noticed. */
interface AnchoredPair {
  readonly seq: bigint;
  readonly hash: string;
}

/**
 * Moves the anchor forward after each commit and before anything is sent: nothing above the anchor reaches a rail. A
 * database that does not contain the anchored pair has been restored or has split, and payments holds.
 */
@Injectable()
export class AnchorKeeper implements OnModuleInit {
  private readonly file: string;
  private anchored: AnchoredPair = { seq: 0n, hash: '' };
  private held: string | undefined;

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime<'payments'>) {
    this.file = join(textSetting(runtime.env, 'ANCHOR'), 'payments.json');
  }

  async onModuleInit(): Promise<void> {
    mkdirSync(dirname(this.file), { recursive: true });
    this.anchored = this.read();
    await this.check();
  }

  /** Why nothing is sent; undefined: it is. */
  get holdReason(): string | undefined {
    return this.held;
  }

  get seq(): bigint {
    return this.anchored.seq;
  }

  /** Moves the anchor to what is committed. @returns false: payments holds */
  async advance(): Promise<boolean> {
    if (this.held !== undefined) return false;
    const head = await this.head();
    if (head.seq === this.anchored.seq && head.hash.toString('base64url') === this.anchored.hash) return true;
    await this.check();
    if (this.held !== undefined) return false;
    this.write({ seq: head.seq, hash: head.hash.toString('base64url') });
    return true;
  }

  private async head(): Promise<{ seq: bigint; hash: Buffer }> {
    const { rows } = await this.runtime.pool.query<{ seq: string; hash: Buffer }>('SELECT seq, hash FROM chain_head');
    const row = rows[0];
    if (row === undefined) throw new Error('the chain has no head');
    return { seq: BigInt(row.seq), hash: row.hash };
  }

  /** The database must contain the anchored pair: with more above it, it has only crashed before the anchor moved. */
  private async check(): Promise<void> {
    this.anchored = this.read();
    if (this.anchored.seq === 0n) return;
    const { rows } = await this.runtime.pool.query<{ hash: Buffer }>('SELECT hash FROM chain WHERE seq = $1', [
      this.anchored.seq,
    ]);
    const hash = rows[0]?.hash.toString('base64url');
    if (hash === this.anchored.hash) return;
    this.held = hash === undefined ? 'books-older-than-anchor' : 'books-other-than-anchor';
    this.runtime.log.write('error', 'money-held', { code: this.held });
  }

  private read(): AnchoredPair {
    try {
      const { seq, hash } = JSON.parse(readFileSync(this.file, 'utf8')) as { seq: string; hash: string };
      return { seq: BigInt(seq), hash };
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return { seq: 0n, hash: '' };
      throw error;
    }
  }

  private write(pair: AnchoredPair): void {
    if (this.read().seq >= pair.seq) return;
    const next = `${this.file}.${process.pid}`;
    const descriptor = openSync(next, 'w', 0o600);
    writeSync(descriptor, JSON.stringify({ seq: String(pair.seq), hash: pair.hash }));
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(next, this.file);
    this.anchored = pair;
  }
}
