import { contractsFrom, contractsTo, type Contract, type Service } from '#libs/contracts';
import { recordOverheadBytes } from '#libs/sealing';

/** Contracts grow; what is kept of them then still fits. */
const LEAST_BYTES = 4_096;

/** Bytes of the largest sealed record that a service can send or get: what its inbox must be able to hold. */
export function largestRecordBytes(service: Service): number {
  const contracts: readonly Contract[] = [...contractsFrom(service), ...contractsTo(service)];
  const sizes = contracts.map(
    ({ name, producer, consumer, sizeBytes }) =>
      sizeBytes + recordOverheadBytes({ contract: name, producer, consumer }),
  );
  return Math.max(...sizes, LEAST_BYTES);
}
