import { contractsFrom, contractsTo, type Contract, type Service } from '#libs/contracts';
import { envelopeOverheadBytes } from '#libs/sealing';

/** Contracts grow, and stored messages must still fit. */
const LEAST_BYTES = 4_096;

/** Returns the bytes of the largest envelope that a service can send or get. Its inbox must be able to hold it. */
export function largestEnvelopeBytes(service: Service): number {
  const contracts: readonly Contract[] = [...contractsFrom(service), ...contractsTo(service)];
  const sizes = contracts.map(
    ({ name, producer, consumer, sizeBytes }) =>
      sizeBytes + envelopeOverheadBytes({ contract: name, producer, consumer }),
  );
  return Math.max(...sizes, LEAST_BYTES);
}
