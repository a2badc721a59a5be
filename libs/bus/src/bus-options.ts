import type { Service } from '#libs/contracts';
import type { Records } from '#libs/records';
import type { EnvelopeOpener, resigner, SenderKeys } from '#libs/sealing';
import type pg from 'pg';

import type { SliceOpener } from './consume/open-slice.js';
import type { KafkaConnection } from './kafka/kafka-client.js';
import type { BusLimits } from './limits.js';
import type { OnAlarm } from './trouble/alarm.js';

/** Places at which a test may stop the bus: what runs there throws, and the bus halts as if its process had ended. */
export type Failpoint = 'before-commit' | 'before-offsets' | 'relay-sent';

export interface BusOptions<S extends Service> {
  readonly service: S;
  /** Connections of the service's own database. Its role has a `transaction_timeout`. */
  readonly pool: pg.Pool;
  /** The same database past any pooler. */
  readonly direct: pg.ClientConfig;
  readonly kafka: KafkaConnection;
  readonly senderKeys: Pick<SenderKeys, 'seal'>;
  /** What signs anew, before it is sent, what a revoked identity has signed; see `resigner` of libs/sealing. */
  readonly resigner?: (() => ReturnType<typeof resigner>) | undefined;
  readonly opener: Pick<EnvelopeOpener, 'open'>;
  /** Opens the slices in messages, for handlers that ask for those; they never see it, and the bus sees no key. */
  readonly openSlice: SliceOpener;
  /** Keeps what is handled, parked and delayed; the `inboxKinds` of the service are among its kinds. */
  readonly records: Records;
  readonly clock?: () => Date;
  readonly onAlarm?: OnAlarm;
  /** Hears the error for which a message is parked. Its text may hold values: log its code and log position only. */
  readonly onHandlerFailed?: (error: unknown) => void;
  /** Called once when the consumer makes no progress although it could: the process should exit. */
  readonly onStalled?: () => void;
  readonly limits?: Partial<BusLimits>;
  /** Other names on the broker than those of the contracts: tests share one. */
  readonly names?: { readonly topic: (topic: string) => string; readonly group: string };
  readonly failpoint?: (name: Failpoint) => Promise<void> | void;
}
