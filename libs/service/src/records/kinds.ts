import { inboxKinds, largestEnvelopeBytes } from '#libs/bus';
import type { Service } from '#libs/contracts';
import type { Profile } from '#libs/policy';
import type { KindSpec } from '#libs/records';
import type { ServiceDefinition } from '../definition/service-definition.js';

/** Every kind of record that a service keeps in this city. */
export function kindsOf<S extends Service>(
  { service, kinds }: Pick<ServiceDefinition<S>, 'service' | 'kinds'>,
  profile: Profile,
): readonly KindSpec[] {
  return [...kinds(profile), ...inboxKinds({ envelopeBytesMax: largestEnvelopeBytes(service) })];
}
