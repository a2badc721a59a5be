import type { Tx } from '#libs/database';
import type pg from 'pg';

/** Number of the latest messages that count. */
export const WINDOW = 400;
/** Number of them that may be parked for a fault of our own. */
export const PARKED_MAX = 20;
const TOLERANCE_MS = 60_000;
/** Messages without a fault are added to the shared count in steps of at least this many. */
const CLEAN_STEP = 40;

/** What all instances of a service have handled, and where in it the latest parked messages are. */
export interface Counted {
  /** Since the database exists. */
  readonly handled: number;
  /** The numbers of the latest parked messages among the handled ones, the oldest first. */
  readonly parkedAt: readonly number[];
}

/** Adds messages. Those that are parked count as the latest of them. */
export function added({ handled, parkedAt }: Counted, messages: number, parked: number): Counted {
  const after = handled + messages;
  const fresh = Array.from({ length: Math.min(parked, PARKED_MAX + 1) }, (_, at) => after - at).reverse();
  const latest = [...parkedAt, ...fresh].filter((number) => number > after - WINDOW);
  return { handled: after, parkedAt: latest.slice(-PARKED_MAX - 1) };
}

/** True if more than 20 of the latest 400 messages are parked, or of all messages while there are fewer. */
export function isTooMany({ parkedAt }: Counted): boolean {
  return parkedAt.length > PARKED_MAX;
}

const READ = 'SELECT handled::text AS handled, parked_at::text[] AS parked FROM circuit_breaker WHERE name = $1';
const WRITE = 'UPDATE circuit_breaker SET handled = $2, parked_at = $3 WHERE name = $1';
const ADD = 'UPDATE circuit_breaker SET handled = handled + $2 WHERE name = $1';
const CLEAR = `UPDATE circuit_breaker SET parked_at = '{}' WHERE name = $1`;

export interface CircuitBreakerOptions {
  readonly pool: Pick<pg.Pool, 'query'>;
  readonly name: 'consumer' | 'relay';
  readonly nowMs: () => number;
}

/**
 * Stops the consumer, or the relay, if too many of the latest messages are parked for a fault of our own, until a
 * person resets it. A bad release then cannot park a whole topic, however slowly its messages come. The instances of a
 * service share the count in their database, and a restart does not forget it.
 */
export class CircuitBreaker {
  private tripped = false;
  private toleratesUntilMs = -Infinity;
  /** Messages without a fault that are not in the shared count yet. */
  private clean = 0;

  constructor(private readonly options: CircuitBreakerOptions | undefined) {}

  /** A breaker that never trips, for tools and tests that give messages to handlers one by one. */
  static never(): CircuitBreaker {
    return new CircuitBreaker(undefined);
  }

  get isTripped(): boolean {
    return this.tripped;
  }

  /**
   * Counts messages in the transaction that parks some of them. Call it last, because other instances that park wait
   * for the end of the transaction.
   *
   * @returns false if too many would be parked: the caller must roll back
   */
  async allows(tx: Tx, messages: number, parked: number): Promise<boolean> {
    const { options } = this;
    if (options === undefined || parked === 0) return true;
    const { rows } = await tx.query(`${READ} FOR UPDATE`, [options.name]);
    const [row] = rows as { handled: string; parked: string[] }[];
    const before = { handled: Number(row?.handled ?? 0), parkedAt: (row?.parked ?? []).map(Number) };
    // What a person has decided to park does not count.
    const isTolerated = options.nowMs() < this.toleratesUntilMs;
    const after = added(before, this.clean + messages, isTolerated ? 0 : parked);
    if (isTooMany(after)) return false;
    await tx.query(WRITE, [options.name, after.handled, after.parkedAt]);
    return true;
  }

  /** Call it after the commit. It never fails: messages that cannot be counted now are counted later. */
  async committed(messages: number, parked: number): Promise<void> {
    const { options } = this;
    if (options === undefined) return;
    this.clean = parked > 0 ? 0 : this.clean + messages;
    if (this.clean < CLEAN_STEP) return;
    const counted = this.clean;
    try {
      await options.pool.query(ADD, [options.name, counted]);
      this.clean -= counted;
    } catch {
      // The database is away.
    }
  }

  trip(): void {
    this.tripped = true;
  }

  /** @param setAside a person has decided to park bad messages, however many: nothing trips for one minute */
  async reset({ setAside = false } = {}): Promise<void> {
    const { options } = this;
    if (options === undefined) return;
    await options.pool.query(CLEAR, [options.name]);
    this.tripped = false;
    if (setAside) this.toleratesUntilMs = options.nowMs() + TOLERANCE_MS;
  }
}
