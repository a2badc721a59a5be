import { contractsFrom, contractsTo, type Contract, type Service } from '#libs/contracts';
import { envelopeOverheadBytes } from '#libs/sealing';

/** Contracts grow; what is kept of them then still fits. */
const LEAST_BYTES = 4_096;

/** Bytes of the largest envelope that a service can send or get: what its inbox must be able to hold. */
export function largestEnvelopeBytes(service: Service): number {
  const contracts: readonly Contract[] = [...contractsFrom(service), ...contractsTo(service)];
  const sizes = contracts.map(
    ({ name, producer, consumer, sizeBytes }) =>
      sizeBytes + envelopeOverheadBytes({ contract: name, producer, consumer }),
  );
  return Math.max(...sizes, LEAST_BYTES);
}
