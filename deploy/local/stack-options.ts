import type { App } from './apps.js';
import type { InstanceCounts } from './instances.js';
import type { Ports } from './settings.js';

/** Runs one step of the start, and may show it: `say` tells what it is doing while it takes long. */
export type OnStep = (title: string, work: (say: (text: string) => void) => Promise<void>) => Promise<void>;

export interface StackOptions {
  /** Where this system keeps everything it has; another root is another system. */
  readonly root: string;
  readonly ports: Ports;
  /** The name of a file in deploy/profiles, `los-angeles` for example. */
  readonly profile: string;
  /** Which apps to start, all unless told otherwise; none of them gives the databases and the broker alone. */
  readonly apps?: readonly App[];
  /** Added to an app's environment, last. */
  readonly env?: Readonly<Partial<Record<App, Readonly<Record<string, string>>>>>;
  /** Start over: what an earlier system kept in the root is removed first. */
  readonly fresh?: boolean;
  readonly partitions?: number;
  /** How many processes of each service; one unless told otherwise. */
  readonly instances?: InstanceCounts;
  /**
   * For tests: the system's clock is moved by so many milliseconds, and can be moved on. Never given by `npm start`.
   */
  readonly clockOffsetMs?: number;
  /**
   * Databases and a broker of one's own are taken from here (`DATABASE_URL_*`, `KAFKA_BROKERS`). Nowhere by default.
   */
  readonly given?: Readonly<Record<string, string | undefined>>;
  readonly onStep?: OnStep;
  /** Called when a process ends that nobody asked to. */
  readonly onDeath?: (name: string, how: string, logFile: string) => void;
}
