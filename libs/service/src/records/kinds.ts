import { clocks, contractsTo, type Contract, type Service } from '#libs/contracts';
import type { Profile } from '#libs/policy';
import { keepingKinds, type KindSpec } from '#libs/records';
import { recordOverheadBytes } from '#libs/sealing';
import type { ServiceDefinition } from '../service-definition.js';

/** Every kind of record that a service keeps in this city. */
export function kindsOf<S extends Service>(
  { service, kinds }: Pick<ServiceDefinition<S>, 'service' | 'kinds'>,
  profile: Profile,
): readonly KindSpec[] {
  return [
    ...kinds(profile),
    ...keepingKinds({
      recordBytesMax: recordBytesMax(service),
      handledDays: clocks.handledDays,
      readableDays: clocks.dayKeyDays,
    }),
  ];
}

const SMALLEST_MAX_BYTES = 4_096;

/** What a service keeps of others' messages, parked or for later, and of its own that a broker refused. */
export function recordBytesMax(service: Service): number {
  const sizes = contractsTo(service).map(
    (contract: Contract) =>
      contract.sizeBytes +
      recordOverheadBytes({ contract: contract.name, producer: contract.producer, consumer: contract.consumer }),
  );
  return Math.max(...sizes, SMALLEST_MAX_BYTES);
}
