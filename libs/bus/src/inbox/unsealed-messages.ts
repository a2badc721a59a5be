import { catalogue, daysBetween, clocks, type Contract, type Day } from '#libs/contracts';
import type { Tx } from '#libs/database';
import type { FoundRow, PageEnd, Records } from '#libs/records';

import { inboxBody, UNSEALED, valueOf, type InboxBody } from './inbox-body.js';

/** A message for whose consumer and day no key is published. */
export interface UnsealedMessage {
  readonly contract: Contract;
  readonly day: Day;
  readonly plaintext: Uint8Array;
}

interface UnsealedRow {
  readonly value: Uint8Array;
  readonly message: UnsealedMessage;
}

interface UnsealedPage {
  readonly rows: readonly UnsealedRow[];
  /** Undefined: there are no more. */
  readonly end: PageEnd | undefined;
}

const contracts: ReadonlyMap<string, Contract> = new Map(catalogue.map((each: Contract) => [each.name, each]));

/**
 * Messages that wait for a key of their consumer, sealed as all records are. They hold up no other message. A message
 * that waits for longer than a day key lives is dropped by the nightly turn, as its consumer could have lost it.
 */
export class UnsealedMessages {
  /** @param envelopeBytesMax as in the `inboxKinds` of the records; no message is longer than its envelope */
  constructor(
    private readonly records: Records,
    private readonly envelopeBytesMax: number,
  ) {}

  async keep(tx: Tx, messages: readonly UnsealedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const records = await this.records.begin(tx);
    const rows = messages.map(({ contract: { name }, day, plaintext }) => ({
      value: valueOf(name, plaintext),
      body: inboxBody({ contractName: name, day, envelope: plaintext }, this.envelopeBytesMax),
    }));
    await records.put(UNSEALED, rows);
  }

  /** The next messages after the end of another page. */
  async page(tx: Tx, limit: number, after?: PageEnd): Promise<UnsealedPage> {
    const records = await this.records.begin(tx);
    const { rows, end } = await records.page<InboxBody>(UNSEALED, limit, after);
    return { rows: rows.flatMap(rowOf), end };
  }

  /** Takes messages out, to be sent in the same transaction. @returns those that nobody else took out before */
  async take(tx: Tx, rows: readonly UnsealedRow[]): Promise<readonly UnsealedMessage[]> {
    const records = await this.records.begin(tx);
    const removed = await records.remove(
      UNSEALED,
      rows.map(({ value }) => value),
    );
    return rows.filter((_, at) => removed[at]).map(({ message }) => message);
  }

  async count(tx: Tx): Promise<number> {
    return (await this.records.begin(tx)).count(UNSEALED);
  }
}

/**
 * The days under which a message may be sealed, the best first. A household's slice is bound to its day. Any other
 * message may go under today's key, when the consumer was away for so long that it never had a key for its day.
 */
export function daysOf({ contract, day }: UnsealedMessage, today: Day): readonly Day[] {
  const isAlive = daysBetween(day, today) < clocks.dayKeyDays;
  return [...(isAlive ? [day] : []), ...(contract.carriesSlice === true || day >= today ? [] : [today])];
}

/** A message of a contract that this release does not have stays, for a release that has it. */
function rowOf({ value, body }: FoundRow<InboxBody>): readonly UnsealedRow[] {
  const contract = contracts.get(body.contract);
  if (contract === undefined) return [];
  return [{ value, message: { contract, day: body.day, plaintext: Buffer.from(body.record, 'base64') } }];
}
