/** Every limit and pause of the bus. */
export interface BusLimits {
  /** Messages of one transaction at most. */
  readonly batchMax: number;
  /** Outbox rows that the relay reads at once. */
  readonly pageRows: number;
  /** How often the relay looks although nobody has woken it. */
  readonly relayPollMs: number;
  /** How often an instance without the relay asks whether it may take it over. */
  readonly standbyMs: number;
  /** A leader whose process has not moved for so long is one no more. */
  readonly frozenMs: number;
  /** How often the log is compared with what was sent: whoever waits for what it has lost waits for that, too. */
  readonly logWatchMs: number;
  /** How long the broker may hold an empty fetch. New messages end it at once. */
  readonly fetchWaitMs: number;
  readonly sessionTimeoutMs: number;
  /** A consumer that has read may be without its place in the group for so long: a rebalance takes its time. */
  readonly rejoinMs: number;
  readonly laterPollMs: number;
  readonly watchMs: number;
  /** Without progress for so long, while lag waits and the database answers, the process exits. */
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
