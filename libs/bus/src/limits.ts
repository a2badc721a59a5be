/** Limits and pauses of the bus. */
export interface BusLimits {
  /** Maximum number of messages in one transaction. */
  readonly batchMax: number;
  /** Number of outbox rows that the relay reads at once. */
  readonly pageRows: number;
  /** How often the relay reads the outbox if nothing wakes it. */
  readonly relayPollMs: number;
  /** How often an instance without the relay tries to take it over. */
  readonly standbyMs: number;
  /** A leader whose process has not moved for this long loses the lead. */
  readonly frozenMs: number;
  /**
   * How often the log is compared with what was sent. A consumer that needs the lost messages waits up to this long.
   */
  readonly logWatchMs: number;
  /** How long the broker may hold a fetch that finds nothing. New messages end it at once. */
  readonly fetchWaitMs: number;
  readonly sessionTimeoutMs: number;
  /** How long a consumer that has read may be outside its group and still count as reading. A rebalance takes time. */
  readonly rejoinMs: number;
  readonly laterPollMs: number;
  readonly watchMs: number;
  /** The process exits after this long without progress while messages wait and the database answers. */
  readonly stalledMs: number;
}

export const defaultLimits: BusLimits = {
  batchMax: 1_000,
  pageRows: 1_000,
  relayPollMs: 5_000,
  standbyMs: 3_000,
  frozenMs: 10_000,
  logWatchMs: 15_000,
  fetchWaitMs: 2_000,
  sessionTimeoutMs: 10_000,
  rejoinMs: 30_000,
  laterPollMs: 30_000,
  watchMs: 10_000,
  stalledMs: 120_000,
};
