import type { Records } from '#libs/records';

import { DelayedMessages } from './delayed-messages.js';
import { HandledKeys } from './handled-keys.js';
import { ParkedMessages } from './parked-messages.js';
import { UnsealedMessages } from './unsealed-messages.js';

/**
 * Stores what a service keeps of its messages, sealed, in its own database. Every call is part of the given
 * transaction.
 */
export class Inbox {
  readonly handled: HandledKeys;
  readonly parked: ParkedMessages;
  readonly delayed: DelayedMessages;
  readonly unsealed: UnsealedMessages;

  /** @param envelopeBytesMax bytes of the largest envelope that is stored, as in the `inboxKinds` of the records */
  constructor(records: Records, envelopeBytesMax: number) {
    this.handled = new HandledKeys(records);
    this.parked = new ParkedMessages(records, envelopeBytesMax);
    this.delayed = new DelayedMessages(records, envelopeBytesMax);
    this.unsealed = new UnsealedMessages(records, envelopeBytesMax);
  }
}
