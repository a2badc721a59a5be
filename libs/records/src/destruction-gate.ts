import { judge, type Verdict } from './witnesses.js';
import { witnessSql } from './witness-table.js';

/** Leave to destroy what has ended by this day. Only the gate gives it, and it is used at once. */
export class Permit {
  readonly #isFromGate = true;

  /** @param day `YYYY-MM-DD` */
  constructor(readonly day: string) {}

  /** Another object with a day is no permit, also for the compiler. */
  get isFromGate(): boolean {
    return this.#isFromGate;
  }
}

interface Statements {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

export interface DestructionGateOptions {
  readonly database: Statements;
  readonly clock: () => Date;
  /** Milliseconds by which a test moves the clock of the database. */
  readonly databaseMovedMs?: () => number;
  /** Called after each look at the clocks. */
  readonly onVerdict?: (verdict: Verdict) => void;
}

export type AcceptOutcome = 'accepted' | 'clocks-apart' | 'other-day';

/**
 * Whatever is destroyed because a day has come is destroyed through this gate: keys, outbox days, ended records, old
 * nonces, lapses and voids. The gate opens if three witnesses agree: the clock of the process, the clock of the
 * database, and the day of the last completed turn. While it is closed nothing is destroyed, and all else goes on.
 */
export class DestructionGate {
  private last: Verdict | undefined;
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly options: DestructionGateOptions) {}

  /** The last verdict. Undefined before the first look. */
  get verdict(): Verdict | undefined {
    return this.last;
  }

  /** Asks all witnesses now. Undefined: nothing may be destroyed. @throws if the database does not answer */
  async permit(on?: Statements): Promise<Permit | undefined> {
    const { day, doubt } = await this.look(on);
    return doubt === undefined ? new Permit(day) : undefined;
  }

  /**
   * The day by which things age: the present one if it is believed, otherwise the witnessed one, so that nothing ages
   * while the clocks are in doubt.
   */
  async agingDay(on?: Statements): Promise<string> {
    const { day, witnessedDay, doubt } = await this.look(on);
    if (doubt === undefined) return day;
    return witnessedDay === undefined || witnessedDay > day ? day : witnessedDay;
  }

  /**
   * Takes a day as the witnessed one, because a person knows that it is right. The clocks of this process and its
   * database must both give it: two clocks that differ are corrected, not accepted.
   */
  async accept(on: Statements, day: string): Promise<AcceptOutcome> {
    const verdict = await this.look(on);
    if (verdict.doubt === 'clocks-apart') return 'clocks-apart';
    if (verdict.day !== day) return 'other-day';
    await on.query(witnessSql.accept, [day]);
    return 'accepted';
  }

  /** Calls back after a day was accepted here, so that waiting work need not wait for its next round. */
  onAccepted(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Called after the transaction of `accept` has committed. */
  async tellAccepted(): Promise<void> {
    await this.look();
    for (const listener of this.listeners) listener();
  }

  private async look(on: Statements = this.options.database): Promise<Verdict> {
    const { clock, databaseMovedMs, onVerdict } = this.options;
    const { rows } = await on.query(witnessSql.read);
    const { ms, day } = rows[0] as { readonly ms: number; readonly day: string | null };
    const databaseMs = ms + (databaseMovedMs?.() ?? 0);
    const verdict = judge({ processMs: clock().getTime(), databaseMs, witnessedDay: day ?? undefined });
    this.last = verdict;
    onVerdict?.(verdict);
    return verdict;
  }
}
