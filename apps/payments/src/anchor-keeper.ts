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
import { dirname, join } from 'node:path';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { RUNTIME, textSetting, type Runtime } from '#libs/service';

/** Where the head of the books is written down outside the database, so that an older database is noticed. */
interface AnchoredPair {
  readonly seq: bigint;
  readonly hash: string;
}

/** A check takes milliseconds. */
const LOCK_STALE_MS = 30_000;
/** Something has been carried to a rail. */
const SENT = `SELECT 1 FROM slot WHERE lease IS NOT NULL OR tries > 0 OR state IN ('unknown', 'issued', 'collected') LIMIT 1`;

/**
 * Moves the anchor forward after each commit and before anything is sent: nothing above the anchor reaches a rail. A
 * database that does not contain the anchored pair has been restored or has split, and payments holds.
 */
@Injectable()
export class AnchorKeeper implements OnModuleInit {
  private readonly file: string;
  private readonly lockFolder: string;
  private anchored: AnchoredPair = { seq: 0n, hash: '' };
  private held: string | undefined;

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime<'payments'>) {
    this.file = join(textSetting(runtime.env, 'ANCHOR'), 'payments.json');
    this.lockFolder = `${this.file}.lock`;
    runtime.checks.set('hold', () => this.held ?? 'none');
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

  /** Moves the anchor to what is committed. @returns false: nothing may be sent now */
  async advance(): Promise<boolean> {
    if (this.held !== undefined) return false;
    const head = await this.head();
    if (head.seq === this.anchored.seq && head.hash === this.anchored.hash) return true;
    // Whoever moves it has looked while nobody else could move it, so two that have split cannot both go on.
    if (!this.lock()) return false;
    try {
      await this.check();
      if (this.held !== undefined) return false;
      if (head.seq > this.anchored.seq) this.write(head);
      return true;
    } finally {
      rmdirSync(this.lockFolder);
    }
  }

  private async head(): Promise<AnchoredPair> {
    const { rows } = await this.runtime.pool.query<{ seq: string; hash: Buffer }>('SELECT seq, hash FROM chain_head');
    const row = rows[0];
    if (row === undefined) throw new Error('the chain has no head');
    return { seq: BigInt(row.seq), hash: row.hash.toString('base64url') };
  }

  /** The database must contain the anchored pair: with more above it, it has only crashed before the anchor moved. */
  private async check(): Promise<void> {
    this.anchored = this.read();
    this.held = await this.reasonToHold(this.anchored);
    if (this.held !== undefined) this.runtime.log.write('error', 'money-held', { code: this.held });
  }

  private async reasonToHold({ seq, hash }: AnchoredPair): Promise<string | undefined> {
    if (seq === 0n) {
      // Nothing is sent before there is an anchor: without one, it was lost.
      const { rows } = await this.runtime.pool.query(SENT);
      return rows.length === 0 ? undefined : 'anchor-missing';
    }
    const { rows } = await this.runtime.pool.query<{ hash: Buffer }>('SELECT hash FROM chain WHERE seq = $1', [seq]);
    const found = rows[0]?.hash.toString('base64url');
    if (found === hash) return undefined;
    return found === undefined ? 'books-older-than-anchor' : 'books-other-than-anchor';
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

  /** A folder can be made only once. One that was left by a process that died is too old to be anybody's. */
  private lock(): boolean {
    try {
      mkdirSync(this.lockFolder);
      return true;
    } catch {
      const since = statSync(this.lockFolder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - since > LOCK_STALE_MS) rmSync(this.lockFolder, { recursive: true, force: true });
      return false;
    }
  }

  private write(pair: AnchoredPair): void {
    const next = `${this.file}.next`;
    const descriptor = openSync(next, 'w', 0o600);
    writeSync(descriptor, JSON.stringify({ seq: String(pair.seq), hash: pair.hash }));
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(next, this.file);
    const folder = openSync(dirname(this.file), 'r');
    fsyncSync(folder);
    closeSync(folder);
    this.anchored = pair;
  }
}
