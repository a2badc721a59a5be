import type { BrokerTrouble } from './broker-trouble.js';

/** Closed list of what a person must hear about. What to do about each stands in docs/runbooks/alarms.md. */
export type AlarmCode =
  /** A message was parked (count: how many). */
  | 'parked'
  /** A parked message goes dark within two days. */
  | 'parked-expiring'
  /** Too many were parked: the consumer has stopped until it is released. */
  | 'tripped'
  /** Messages arrived after their day's key had died. */
  | 'expired'
  /** Three processes died at one message; it is parked unopened. */
  | 'deadly-message'
  /** The log begins after the offset at which this service stopped reading. */
  | 'log-gap'
  /** The log is shorter than what this service has read of it. */
  | 'log-reset'
  /** The database has an older state than before; what came since is read again. */
  | 'database-went-back'
  /** The log has lost what this service had sent; it is sent again. */
  | 'log-lost'
  /** It should be sent again by itself, but that was done within the last hour. */
  | 'republish-held'
  /** The broker refused a message for itself; it is parked. */
  | 'refused'
  /** The relay cannot reach the broker or the database and goes on trying. */
  | 'relay-waiting'
  /** The consumer cannot come to the broker and goes on trying. */
  | 'consumer-waiting'
  /** The consumer cannot reach the database and goes on trying. */
  | 'database-waiting'
  /** This service's own keys or pins cannot be read; messages wait. */
  | 'keys-waiting'
  /** The client library gave up; a new consumer is started. */
  | 'consumer-restarted'
  /** Lag waits, the database answers, and nothing moves. */
  | 'stalled'
  /** An old transaction somewhere in the cluster holds up the outbox. */
  | 'horizon-old'
  /** An outbox day was dropped before all of it was sent. */
  | 'unsent-dropped';

/** Only declared names and counts: an alarm can be logged as it is. */
export interface Alarm {
  readonly code: AlarmCode;
  readonly count?: number;
  readonly topic?: string;
  /** Whether the broker is away or does not take our name and password, where something waits for it. */
  readonly why?: BrokerTrouble;
}

export type OnAlarm = (alarm: Alarm) => void;
