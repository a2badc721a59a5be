import { contractsFrom, contractsTo, type Contract, type Service } from '#libs/contracts';
import { recordOverheadBytes } from '#libs/sealing';

/** Bytes of the largest sealed record that a service can send or get: what its keeping must be able to hold. */
export function largestRecordBytes(service: Service): number {
  const contracts: readonly Contract[] = [...contractsFrom(service), ...contractsTo(service)];
  return Math.max(
    ...contracts.map(({ name, producer, consumer, sizeBytes }) => {
      return sizeBytes + recordOverheadBytes({ contract: name, producer, consumer });
    }),
  );
}
