import { contractsFrom, contractsTo, type Contract, type Service } from '#libs/contracts';
import { envelopeOverheadBytes } from '#libs/sealing';

/**
 * Returns the bytes of the largest envelope that a service can send or get. Its inbox must be able to hold it, and
 * takes no more room: what a stranger's device seals badly is parked too. A contract never shrinks, so that stored
 * messages still fit.
 */
export function largestEnvelopeBytes(service: Service): number {
  const contracts: readonly Contract[] = [...contractsFrom(service), ...contractsTo(service)];
  const sizes = contracts.map(
    ({ name, producer, consumer, sizeBytes }) =>
      sizeBytes + envelopeOverheadBytes({ contract: name, producer, consumer }),
  );
  return Math.max(...sizes);
}
