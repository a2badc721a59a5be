import type { Records } from '#libs/records';

import { DelayedMessages } from './delayed-messages.js';
import { HandledKeys } from './handled-keys.js';
import { ParkedMessages } from './parked-messages.js';

/**
 * What is kept of messages to a service, sealed, in its own database. Every call is part of the transaction it is
 * given.
 */
export class Inbox {
  readonly handled: HandledKeys;
  readonly parked: ParkedMessages;
  readonly delayed: DelayedMessages;

  /** @param envelopeBytesMax of the largest envelope that is kept; as the `inboxKinds` among the records' kinds */
  constructor(records: Records, envelopeBytesMax: number) {
    this.handled = new HandledKeys(records);
    this.parked = new ParkedMessages(records, envelopeBytesMax);
    this.delayed = new DelayedMessages(records, envelopeBytesMax);
  }
}
