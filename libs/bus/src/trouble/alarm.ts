import type { BrokerTrouble } from './broker-trouble.js';

/** Everything that a person must hear about. docs/runbooks/alarms.md says what to do about each. */
export type AlarmCode =
  /** A message was parked (count: how many). */
  | 'parked'
  /** The key of a parked message is destroyed within two days. */
  | 'parked-expiring'
  /** Too many messages were parked. The consumer has stopped until it is released. */
  | 'tripped'
  /** Too many messages were refused by the broker. The relay has stopped until it is released. */
  | 'relay-tripped'
  /** Messages arrived after their day's key was destroyed. */
  | 'expired'
  /** Three processes died at one message. It is parked unopened. */
  | 'deadly-message'
  /** The log begins after the offset at which this service stopped reading. */
  | 'log-gap'
  /** The log is shorter than what this service has read of it. */
  | 'log-reset'
  /** The database has an older state than before. What came since is read again. */
  | 'database-went-back'
  /** The log has lost messages of this service. They are sent again. */
  | 'log-lost'
  /** The log has lost messages, but an automatic republish ran within the last hour. */
  | 'republish-held'
  /** The broker refused a message for a fault of its own. It is parked. */
  | 'refused'
  /** The relay cannot reach the broker or the database and keeps trying. */
  | 'relay-waiting'
  /** The consumer cannot reach the broker and keeps trying. */
  | 'consumer-waiting'
  /** The consumer cannot reach the database and keeps trying. */
  | 'database-waiting'
  /** This service's own keys or pins cannot be read. Messages wait. */
  | 'keys-waiting'
  /** The client library gave up. A new consumer is started. */
  | 'consumer-restarted'
  /** Messages wait and the database answers, but there is no progress. */
  | 'stalled'
  /** A transaction somewhere in the cluster is old. In this database it holds up the outbox. */
  | 'horizon-old'
  /** Fewer brokers than should hold topics of this service (count: topics). */
  | 'topic-copies'
  /** Messages wait, because no key of their consumer is published (count: messages). */
  | 'day-key-missing'
  /** Sessions of this database were ended, because they had written in one transaction for too long. */
  | 'transaction-ended'
  /** An outbox day was dropped before all of it was sent. */
  | 'unsent-dropped';

/** Holds only declared names and counts, so that it can be logged as it is. */
export interface Alarm {
  readonly code: AlarmCode;
  readonly count?: number;
  readonly topic?: string;
  /** For alarms about waiting: whether the broker is away or refuses our name and password. */
  readonly why?: BrokerTrouble;
}

export type OnAlarm = (alarm: Alarm) => void;
