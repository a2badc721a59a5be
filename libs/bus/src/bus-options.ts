import type { Service } from '#libs/contracts';
import type { DestructionGate, Records } from '#libs/records';
import type { EnvelopeOpener, resigner, SenderKeys } from '#libs/sealing';
import type pg from 'pg';

import type { SliceOpener } from './consume/open-slice.js';
import type { KafkaConnection } from './kafka/kafka-client.js';
import type { BusLimits } from './limits.js';
import type { OnAlarm } from './trouble/alarm.js';

/** Points at which a test can stop the bus. If the callback throws, the bus halts as if its process had ended. */
export type Failpoint = 'before-commit' | 'before-offsets' | 'relay-sent';

export interface BusOptions<S extends Service> {
  readonly service: S;
  /** Connections to the service's own database. The role has a `transaction_timeout`. */
  readonly pool: pg.Pool;
  /** The same database, not through a pooler. */
  readonly direct: pg.ClientConfig;
  readonly kafka: KafkaConnection;
  readonly senderKeys: Pick<SenderKeys, 'seal' | 'hasKey'>;
  /** Signs a row again before it is sent if a revoked identity key signed it; see `resigner` of libs/sealing. */
  readonly resigner?: (() => ReturnType<typeof resigner>) | undefined;
  readonly opener: Pick<EnvelopeOpener, 'open'>;
  /** Opens the slices in messages for the handlers that need them. Handlers do not get it, and the bus gets no key. */
  readonly openSlice: SliceOpener;
  /**
   * Stores handled keys, and messages that are parked, delayed or not sealed yet. Its kinds must include the
   * `inboxKinds` of the service.
   */
  readonly records: Records;
  readonly clock?: () => Date;
  /** Asked before outbox days are dropped. */
  readonly gate: Pick<DestructionGate, 'permit'>;
  readonly onAlarm?: OnAlarm;
  /**
   * Called with the error for which a message is parked. Its text may hold values: log its code and log position only.
   */
  readonly onHandlerFailed?: (error: unknown) => void;
  /** Called once when the consumer makes no progress even if it could. The process should exit. */
  readonly onStalled?: () => void;
  readonly limits?: Partial<BusLimits>;
  /** Names on the broker that replace those of the contracts, because tests share one broker. */
  readonly names?: { readonly topic: (topic: string) => string; readonly group: string };
  readonly failpoint?: (name: Failpoint) => Promise<void> | void;
}
