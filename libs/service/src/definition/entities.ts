import type { MixedList } from 'typeorm';
import { Staff } from '../auth/staff.entity.js';
import type { ServiceDefinition } from './service-definition.js';

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type
type Entities = MixedList<Function>;

/** The entities of a service: those of its definition, and staff, which every service has. */
export function entitiesOf({ entities }: Pick<ServiceDefinition<never>, 'entities'>): Entities {
  return [...(Object.values(entities) as Extract<Entities, readonly unknown[]>), Staff];
}
