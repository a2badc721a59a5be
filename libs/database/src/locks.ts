/**
 * Every advisory lock in a service's database. Processes of different releases may share one database, so a number is
 * never changed and never reused.
 */
export const locks = {
  /** Shared by every transaction that uses records; exclusive for one that changes the set of nights. */
  night: 7_402_611,
  /** Held by the relay of a service, on a connection of its own, for as long as it leads. */
  relay: 7_402_612,
  /** Held while outbox partitions are created or dropped. */
  outboxDays: 7_402_613,
  /** Held by the instance that runs the nightly turn, until the turn ends. */
  turn: 7_402_614,
  /** Held while migrations run. Shared by transactions that make or drop the tables of a day or night. */
  migration: 7_402_615,
  /** Taken with a number from 1 to 59: held by the living process that leases work under that number. */
  leaseHolder: 7_402_616,
  /** Held by a transaction that adds a row to the audit, until it ends. */
  audit: 7_402_617,
} as const;
