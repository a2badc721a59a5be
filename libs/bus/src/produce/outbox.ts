import { clocks, dayOf, daysBetween, encodePayload, type Day, type Service } from '#libs/contracts';
import { columns, type Tx } from '#libs/database';
import { shuffled, type SenderKeys } from '#libs/sealing';

import { BusError } from '../trouble/errors.js';
import { DAYS_AHEAD } from './outbox-days.js';
import type { AnyDelivery, UnitOfWork } from './unit-of-work.js';
import { daysOf, type UnsealedMessage, type UnsealedMessages } from '../inbox/unsealed-messages.js';

const rows = columns({ day: 'date', topic: 'text', envelope: 'bytea' }, { as: 'o', ordinal: 'seq' });

/** Uses the newest epoch only in the cluster that it belongs to. Transaction ids of two clusters would get mixed up. */
const INSERT = `INSERT INTO outbox (day, epoch, seq, topic, envelope)
  SELECT o.day, e.epoch, o.seq, o.topic, o.envelope
    FROM ${rows.sql}
    LEFT JOIN (SELECT l.epoch FROM (SELECT * FROM outbox_epoch ORDER BY epoch DESC LIMIT 1) l, pg_control_system() s
                WHERE l.system_identifier = s.system_identifier::text) e ON true`;

/** One `NOTIFY` per commit, and only if the relay runs in another process: it takes a lock of the whole cluster. */
const NOTIFY = `SELECT pg_notify('outbox', '')`;

export interface SealedMessage {
  readonly topic: string;
  readonly day: Day;
  readonly envelope: Uint8Array;
}

export interface OutboxOptions {
  readonly service: string;
  readonly senderKeys: Pick<SenderKeys, 'seal' | 'hasKey'>;
  readonly unsealed: UnsealedMessages;
  /** True while the relay runs in this process and can be woken without the database. */
  readonly relayIsHere: () => boolean;
  readonly clock: () => Date;
}

/** Writes a service's messages in the transaction of the state that they are about. */
export class Outbox {
  constructor(private readonly options: OutboxOptions) {}

  open(): OutboxUnit {
    return new OutboxUnit(this.options, (tx, messages) => this.seal(tx, messages));
  }

  /** Whether a message that waits for a key of its consumer can be sealed now. */
  canSeal(message: UnsealedMessage, today: Day): boolean {
    return daysOf(message, today).some((day) => this.hasKey(message, day));
  }

  /**
   * Seals messages and writes them. A message waits while its consumer has no key for it, and holds up no other.
   * @returns how many rows were written to the outbox
   */
  async seal(tx: Tx, messages: readonly UnsealedMessage[]): Promise<number> {
    const today = dayOf(this.options.clock());
    const days = messages.map((message) => daysOf(message, today).find((day) => this.hasKey(message, day)));
    const sealed = messages.flatMap((message, at) => {
      const day = days[at];
      return day === undefined ? [] : [this.sealed(message, day)];
    });
    await this.options.unsealed.keep(
      tx,
      messages.filter((_, at) => days[at] === undefined),
    );
    await insert(tx, sealed, this.options);
    return sealed.length;
  }

  private hasKey({ contract: { consumer } }: UnsealedMessage, day: Day): boolean {
    return this.options.senderKeys.hasKey(consumer, day);
  }

  private sealed({ contract, plaintext }: UnsealedMessage, day: Day): SealedMessage {
    const { name, version, consumer, topic } = contract;
    const envelope = this.options.senderKeys.seal({ contract: name, version, consumer, day }, plaintext);
    return { topic, day, envelope };
  }

  /** Writes sealed messages once more, as they are, in the transaction that takes them out of the parked ones. */
  async again(tx: Tx, messages: readonly SealedMessage[]): Promise<void> {
    await insert(tx, messages, this.options);
  }
}

/** The messages published in one transaction. */
export class OutboxUnit {
  private readonly pending: UnsealedMessage[] = [];
  private ended = false;

  constructor(
    private readonly options: Pick<OutboxOptions, 'service' | 'clock'>,
    private readonly seal: (tx: Tx, messages: readonly UnsealedMessage[]) => Promise<number>,
  ) {}

  /** Returns the transaction as the caller's work sees it. */
  unitOf<S extends Service>(tx: Tx): UnitOfWork<S> {
    return { tx, publish: (...messages) => this.publish(messages as readonly AnyDelivery[]) };
  }

  /** Checks messages at once, so that the error points at the code that publishes. @throws ContractError, BusError */
  publish(messages: readonly AnyDelivery[]): void {
    if (this.ended) throw new BusError('unit-ended');
    const today = dayOf(this.options.clock());
    for (const { contract, day, payload } of messages) {
      // The key of such a day is destroyed or does not exist yet.
      const age = daysBetween(day, today);
      if (age >= clocks.dayKeyDays || age < -DAYS_AHEAD) throw new BusError('day-out-of-range');
      if (contract.producer !== this.options.service) throw new BusError('foreign-message');
      this.pending.push({ contract, day, plaintext: encodePayload(contract, payload as never) });
    }
  }

  /** @returns how many rows were written to the outbox */
  async write(tx: Tx): Promise<number> {
    this.ended = true;
    if (this.pending.length === 0) return 0;
    // Shuffled, so that the order within one commit tells nothing.
    return this.seal(tx, shuffled(this.pending));
  }
}

async function insert(
  tx: Tx,
  messages: readonly SealedMessage[],
  { relayIsHere }: Pick<OutboxOptions, 'relayIsHere'>,
): Promise<void> {
  if (messages.length === 0) return;
  await tx.query(INSERT, rows.values(messages)).catch((error: unknown) => {
    throw isNotReady(error) ? new BusError('not-stored') : error;
  });
  if (!relayIsHere()) await tx.query(NOTIFY);
}

/**
 * Whether the outbox is not prepared for today: there is no epoch (a null) or no partition (PostgreSQL reports a check
 * violation without a constraint). `publish` has already checked that the day is allowed.
 */
function isNotReady(error: unknown): boolean {
  const { code, column, constraint } = error as { code?: unknown; column?: unknown; constraint?: unknown };
  return (code === '23502' && column === 'epoch') || (code === '23514' && constraint === undefined);
}
