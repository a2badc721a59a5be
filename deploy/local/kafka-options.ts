export interface KafkaUser {
  readonly username: string;
  readonly password: string;
}

export interface KafkaOptions {
  /** Everything the broker keeps. Formatted on the first start, reused afterwards. */
  readonly folder: string;
  readonly port: number;
  readonly controllerPort: number;
  /** The broker's own superuser. */
  readonly admin: KafkaUser;
  /** SCRAM users that are made when the storage is formatted; a later start does not change them. */
  readonly users: readonly KafkaUser[];
  readonly logFile: string;
  readonly heapMb?: number;
  /** Starts faster and runs slower: for tests that do not measure speed. */
  readonly quickStart?: boolean;
  /** How often the broker looks for expired records; Kafka's own default is five minutes. */
  readonly retentionCheckMs?: number;
  /** Makes the broker one of several. The default is a cluster of one. */
  readonly node?: ClusterNode;
}

export interface ClusterNode {
  readonly id: number;
  /** The controllers of all brokers of the cluster, in any order. */
  readonly controllers: readonly { readonly id: number; readonly port: number }[];
  /** How many brokers hold a topic that does not say it. The default is three, or all if there are fewer. */
  readonly copies?: number;
}
