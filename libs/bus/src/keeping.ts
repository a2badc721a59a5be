import type { Tx } from '#libs/database';

export interface KeptKey {
  readonly contractName: string;
  /** Canonical text of the contract's unique fields. */
  readonly key: string;
  readonly day: string;
}

export interface SeenMessage extends KeptKey {
  /** Of the content: the same key with other content is no repetition. */
  readonly digest: Uint8Array;
}

/** Parked messages of one contract, day and code. */
export interface ParkedGroup {
  readonly contract: string;
  readonly day: string;
  readonly code: string;
  readonly count: number;
}

/** `other`: the key is known, with other content. */
export type Sight = 'new' | 'known' | 'other';

export interface KeptMessage {
  readonly contractName: string;
  readonly day: string;
  /** Sealed, with its header. */
  readonly record: Uint8Array;
}

export interface TakenMessage extends KeptMessage {
  readonly id: Uint8Array;
}

/**
 * What the bus has kept for it in the service's own database, sealed. `libs/records` fills it (`MessageKeeping`).
 * Every call is part of the transaction that it is given.
 */
export interface Keeping {
  /** Keys are remembered for longer than their producer can send the message again. */
  firstSeen(tx: Tx, messages: readonly SeenMessage[]): Promise<Sight[]>;
  /** Takes keys back: their messages are parked or kept for later, so they count as not handled. */
  forget(tx: Tx, keys: readonly KeptKey[]): Promise<void>;
  park(tx: Tx, messages: readonly (KeptMessage & { readonly code: string })[]): Promise<void>;
  /** Takes up to `limit` parked messages out again. */
  takeParked(tx: Tx, limit: number): Promise<TakenMessage[]>;
  parkedSummary(tx: Tx): Promise<{ readonly count: number; readonly oldestDay: string | undefined }>;
  parkedGroups(tx: Tx): Promise<readonly ParkedGroup[]>;
  keepForLater(tx: Tx, messages: readonly (KeptMessage & { readonly due: Date })[]): Promise<void>;
  /** Leases messages whose hour has come. */
  takeLater(tx: Tx, options: { readonly now: Date; readonly limit: number }): Promise<TakenMessage[]>;
  /** For each message whether it is this transaction's to handle. */
  claimLater(tx: Tx, ids: readonly Uint8Array[]): Promise<boolean[]>;
}
