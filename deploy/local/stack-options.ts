import type { App } from './apps.js';
import type { InstanceCounts } from './instances.js';
import type { Ports } from './settings.js';

/** Runs one step of the start and may show it. `say` reports the activity of a slow step. */
export type OnStep = (title: string, work: (say: (text: string) => void) => Promise<void>) => Promise<void>;

export interface StackOptions {
  /** The folder for all files of this system. Each system needs its own. */
  readonly root: string;
  readonly ports: Ports;
  /** The name of a file in deploy/profiles, for example `los-angeles`. */
  readonly profile: string;
  /** The apps to start; the default is all. An empty list starts only the databases and the broker. */
  readonly apps?: readonly App[];
  /** Added to an app's environment, last. */
  readonly env?: Readonly<Partial<Record<App, Readonly<Record<string, string>>>>>;
  /** First removes the data that an earlier system kept in the root. */
  readonly fresh?: boolean;
  readonly partitions?: number;
  /** The number of processes of each service; the default is one. */
  readonly instances?: InstanceCounts;
  /**
   * For tests: moves the system's clock by this many milliseconds; it can be moved again later. `npm start` never sets
   * it.
   */
  readonly clockOffsetMs?: number;
  /** The environment with your own databases and broker (`DATABASE_URL_*`, `KAFKA_BROKERS`). The default is none. */
  readonly given?: Readonly<Record<string, string | undefined>>;
  readonly onStep?: OnStep;
  /** Called when a process ends without a request. */
  readonly onDeath?: (name: string, how: string, logFile: string) => void;
}
