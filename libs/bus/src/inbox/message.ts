/** A sealed message as the inbox stores it. It is not opened there. */
export interface InboxMessage {
  readonly contractName: string;
  readonly day: string;
  /** Its timestamp names no valid day, so `day` only decides how long it is kept. */
  readonly isDayWrong?: true;
  /** Sealed, with its header. Empty if it was larger than any envelope can be: such bytes can never be read. */
  readonly envelope: Uint8Array;
}

/** A stored message that was taken out again. */
export interface RetriedMessage extends InboxMessage {
  /** Its id for `DelayedMessages.claim`. */
  readonly id: Uint8Array;
  /** How many processes have begun to handle it and not lived to see its end. */
  readonly starts: number;
}
