import type { MixedList } from 'typeorm';
import type { AnyEnrolment } from '../auth/enrolment.js';
import type { Service } from '#libs/contracts';
import type { Profile } from '#libs/policy';
import type { KindSpec } from '#libs/records';
import type { ServiceConfig } from '../config/service.config.js';

/** In what one service differs from the others, as far as what it stands on is concerned. */
export interface ServiceDefinition<S extends Service> {
  readonly service: S;
  /** Its settings: `ServiceConfig`, or a class that extends it. */
  readonly config: new () => ServiceConfig;
  /** Kinds of records besides those that the bus needs; how long they live is for the city's profile to say. */
  readonly kinds: (profile: Profile) => readonly KindSpec[];
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly entities: MixedList<Function>;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
  readonly migrations: MixedList<Function>;
  /** Names of secrets that are made and destroyed by number (see `SecretSeries`). */
  readonly secretSeries?: readonly string[];
  /** Whom the service knows by their keys, besides staff. */
  readonly enrolments?: readonly AnyEnrolment[];
}
