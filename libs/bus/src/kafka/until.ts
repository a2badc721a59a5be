import { BusError, type BusErrorCode } from '../trouble/errors.js';

export interface Wait {
  readonly withinMs: number;
  readonly everyMs: number;
  /** What is thrown afterwards. */
  readonly code: BusErrorCode;
}

/** Looks until it is true, by a clock that cannot leap. @throws BusError with the code of the wait */
export async function untilTrue(look: () => Promise<boolean>, { withinMs, everyMs, code }: Wait): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await look())) {
    if (performance.now() > deadline) throw new BusError(code);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Until the broker acts on what it has accepted: it answers before it has read a change itself. */
export const inForce = { withinMs: 15_000, everyMs: 50 } as const;
