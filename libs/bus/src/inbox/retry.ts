import { catalogue, clocks, dayOf, daysBetween, startOfHour, type Contract, type Service } from '#libs/contracts';
import { inTransaction, type Tx } from '#libs/database';
import type pg from 'pg';

import { itemByItem } from '../trouble/item-by-item.js';
import type { Inbox } from './inbox.js';
import type { RetriedMessage } from './message.js';
import type { ParkedPage, ParkedRow } from './parked-messages.js';

const AT_ONCE = 500;

export interface RetryOptions {
  readonly pool: pg.Pool;
  readonly inbox: Inbox;
  readonly service: Service;
  readonly clock: () => Date;
  /** Writes messages of this service to its outbox again. */
  readonly sendAgain: (
    tx: Tx,
    messages: readonly { readonly topic: string; readonly day: string; readonly envelope: Uint8Array }[],
  ) => Promise<void>;
}

const contracts: ReadonlyMap<string, Contract> = new Map(catalogue.map((each: Contract) => [each.name, each]));

/**
 * Turns parked messages into delayed ones that are due now, so that their handlers get them again. Those that this
 * service itself produced, and that the broker refused, are sent again. It goes through the parked messages once: those
 * that are parked again wait for another person. A message that cannot be taken out stays parked and keeps no other
 * from being taken out.
 *
 * @returns how many
 */
export async function retryParked(options: RetryOptions): Promise<number> {
  const { pool, inbox } = options;
  let taken = 0;
  let after: ParkedPage['end'];
  do {
    const page = await inTransaction(pool, (tx) => inbox.parked.page(tx, AT_ONCE, after));
    const rows = page.rows.filter((row) => canBeRetried(row, options));
    await itemByItem(rows, {
      together: async (part) => {
        taken += await retrySome(part, options);
      },
      setAside: () => Promise.resolve(),
    });
    after = page.end;
  } while (after !== undefined);
  return taken;
}

/** A message without bytes can never be read. The outbox of a message whose key is gone is gone, too. */
function canBeRetried({ body }: ParkedRow, { service, clock }: RetryOptions): boolean {
  if (body.record === '') return false;
  const isOwn = contracts.get(body.contract)?.producer === service;
  return !isOwn || daysBetween(body.day, dayOf(clock())) < clocks.dayKeyDays;
}

function retrySome(
  rows: readonly ParkedRow[],
  { pool, inbox, service, clock, sendAgain }: RetryOptions,
): Promise<number> {
  const due = startOfHour(clock());
  const isOwn = ({ contractName }: RetriedMessage): boolean => contracts.get(contractName)?.producer === service;
  return inTransaction(pool, async (tx) => {
    const messages = await inbox.parked.unpark(tx, rows);
    const own = messages.filter(isOwn).flatMap(({ contractName, day, envelope }) => {
      const topic = contracts.get(contractName)?.topic;
      return topic === undefined ? [] : [{ topic, day, envelope }];
    });
    await sendAgain(tx, own);
    const others = messages.filter((message) => !isOwn(message));
    await inbox.delayed.keep(
      tx,
      others.map((each) => ({ ...each, due })),
    );
    return messages.length;
  });
}
