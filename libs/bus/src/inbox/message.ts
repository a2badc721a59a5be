/** A sealed message as it is kept: nobody reads it there. */
export interface InboxMessage {
  readonly contractName: string;
  readonly day: string;
  /** It came with a time that names no day of ours, so `day` is only for how long it is kept. */
  readonly isDayWrong?: true;
  /** Sealed, with its header. Empty when it was larger than any envelope can be: such bytes can never be read. */
  readonly envelope: Uint8Array;
}

/** A kept message that was taken out again. */
export interface RetriedMessage extends InboxMessage {
  /** Names it for `DelayedMessages.claim`. */
  readonly id: Uint8Array;
}
