import type { MixedList } from 'typeorm';
import type { AnyEnrolment } from '../auth/enrolment.js';
import type { Service } from '#libs/contracts';
import type { DatabaseDeclaration } from '#libs/database';
import type { Profile } from '#libs/policy';
import type { KindSpec } from '#libs/records';
import type { ServiceConfig } from '../config/service.config.js';

/** The parts in which one service differs from the others. */
export interface ServiceDefinition<S extends Service> {
  readonly service: S;
  /** The class of the service's settings: `ServiceConfig`, or a class that extends it. */
  readonly config: new () => ServiceConfig;
  /** Kinds of records besides those of the bus. The city's profile sets their lifetimes. */
  readonly kinds: (profile: Profile) => readonly KindSpec[];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly entities: MixedList<Function>;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly migrations: MixedList<Function>;
  /** Tables, functions and columns besides those that every service has. */
  readonly database?: Partial<DatabaseDeclaration>;
  /** Names of secrets that are made and destroyed by number (see `SecretSeries`). */
  readonly secretSeries?: readonly string[];
  /** The keys that the service can enrol, besides those of staff. */
  readonly enrolments?: readonly AnyEnrolment[];
}
