/**
 * Every advisory lock that is taken in a service's database. Two processes of different releases may meet at one
 * database, so a number is never changed and never given away again.
 */
export const locks = {
  /** Shared by every transaction that touches records; exclusive for whoever changes the set of nights. */
  night: 7_402_611,
  /** Held by the one relay of a service, on a connection of its own, for as long as it leads. */
  relay: 7_402_612,
  /** Held while outbox partitions are made or dropped. */
  outboxDays: 7_402_613,
  /** Held by the one instance that turns, for as long as its turn takes. */
  turn: 7_402_614,
  /** Held while migrations run: several instances may start at once. */
  migration: 7_402_615,
  /** With a number from 1 to 59 beside it: held by the living process that leases work under that number. */
  leaseHolder: 7_402_616,
} as const;
