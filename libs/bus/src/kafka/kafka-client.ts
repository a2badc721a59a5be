import { Kafka, logLevel, Partitioners, type Admin, type Consumer, type Producer } from 'kafkajs';

export interface KafkaConnection {
  readonly brokers: readonly string[];
  /** SCRAM-SHA-256. */
  readonly username: string;
  readonly password: string;
  /** PEM of the authorities that sign the brokers' certificates. The connection uses TLS if it is present. */
  readonly ca?: string;
  /** How many brokers should hold each topic at least. A topic that fewer hold raises an alarm. */
  readonly copies?: number;
}

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;
/**
 * How long until partitions that a topic is given while we run are written to and read. The client's default is five
 * minutes.
 */
const METADATA_AGE_MAX_MS = 20_000;

/**
 * Creates a client whose own log is off, because its lines carry texts of the broker. Errors and events report what
 * matters.
 */
export function kafkaClient(connection: KafkaConnection, clientId: string): Kafka {
  const { brokers, username, password, ca } = connection;
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ssl: ca === undefined ? false : { ca: [ca], minVersion: 'TLSv1.3', rejectUnauthorized: true },
    sasl: { mechanism: 'scram-sha-256', username, password },
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Few tries, because the caller has a loop of its own that never gives up and can be stopped.
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logLevel.NOTHING,
    // The environment can set another level. Nothing is written at any level.
    logCreator: () => () => undefined,
  });
}

export function producerOf(client: Kafka): Producer {
  return client.producer({
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_AGE_MAX_MS,
    createPartitioner: Partitioners.DefaultPartitioner,
    maxInFlightRequests: 1,
  });
}

export interface ConsumerSettings {
  readonly group: string;
  readonly sessionTimeoutMs: number;
  readonly maxWaitMs: number;
}

export function consumerOf(client: Kafka, { group, sessionTimeoutMs, maxWaitMs }: ConsumerSettings): Consumer {
  return client.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_AGE_MAX_MS,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs * 2,
    heartbeatInterval: Math.floor(sessionTimeoutMs / 4),
    minBytes: 1,
    maxWaitTimeInMs: maxWaitMs,
    // A crash ends the client. A new one replaces it, with its own backoff.
    retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 2_000, restartOnFailure: () => Promise.resolve(false) },
  });
}

/** Returns the name of Kafka's error code, even if the client has wrapped the error. */
export function kafkaErrorType(error: unknown): string | undefined {
  for (let each = error, depth = 0; typeof each === 'object' && each !== null && depth < 5; depth += 1) {
    const { type, cause, errors } = each as { type?: unknown; cause?: unknown; errors?: unknown[] };
    if (typeof type === 'string') return type;
    each = cause ?? errors?.[0];
  }
  return undefined;
}

/** The offsets in the log of a partition: from `low` up to but not including `high`. */
export interface LogRange {
  readonly low: bigint;
  readonly high: bigint;
}

/** @returns ranges by partition. @throws what the client throws; the caller tries again */
export async function logRanges(admin: Admin, topic: string): Promise<ReadonlyMap<number, LogRange>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]));
}
