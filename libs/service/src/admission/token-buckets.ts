export interface TokenBucketOptions {
  /** Tokens that a full bucket holds: how many may come at once. */
  readonly capacity: number;
  readonly perSecond: number;
  /** The most buckets in memory. The bucket that was not used for longest is forgotten, and begins full again. */
  readonly bucketsMax: number;
}

interface TokenBucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by name, in bounded memory. Times are milliseconds of any clock that does not go back. */
export class TokenBuckets {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(private readonly options: TokenBucketOptions) {}

  get size(): number {
    return this.buckets.size;
  }

  /** Takes one token. @returns 0, or the seconds until there is one */
  take(name: string, nowMs: number): number {
    const { capacity, perSecond, bucketsMax } = this.options;
    const { tokens, atMs } = this.buckets.get(name) ?? { tokens: capacity, atMs: nowMs };
    const elapsedMs = Math.max(0, nowMs - atMs);
    const present = Math.min(capacity, tokens + (elapsedMs / 1_000) * perSecond);
    const isEnough = present >= 1;
    // A map keeps the order of insertion, so the first name is the one that was not used for longest.
    this.buckets.delete(name);
    this.buckets.set(name, { tokens: isEnough ? present - 1 : present, atMs: nowMs });
    if (this.buckets.size > bucketsMax) this.buckets.delete(this.buckets.keys().next().value as string);
    return isEnough ? 0 : Math.max(1, Math.ceil((1 - present) / perSecond));
  }

  /** Forgets all of them. */
  clear(): void {
    this.buckets.clear();
  }
}
