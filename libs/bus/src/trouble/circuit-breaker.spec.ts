import { describe, expect, it } from '@jest/globals';
import type { Tx } from '#libs/database';
import fc from 'fast-check';

import { added, CircuitBreaker, isTooMany, PARKED_MAX, WINDOW, type Counted } from './circuit-breaker.js';

/** The row of the database that all instances share, without the database. */
class SharedRow implements Tx {
  row = { handled: '0', parked: [] as string[] };

  query(text: string, values: unknown[] = []): Promise<{ rows: object[]; rowCount: number }> {
    if (text.includes('handled + $2')) this.row.handled = String(Number(this.row.handled) + Number(values[1]));
    else if (text.includes('handled = $2'))
      this.row = { handled: String(values[1]), parked: (values[2] as number[]).map(String) };
    else if (text.includes(`parked_at = '{}'`)) this.row.parked = [];
    return Promise.resolve({ rows: [{ ...this.row }], rowCount: 1 });
  }
}

function instances(count: number) {
  const shared = new SharedRow();
  const clock = { now: 0 };
  const breakers = Array.from(
    { length: count },
    () => new CircuitBreaker({ pool: shared as never, name: 'consumer', nowMs: () => clock.now }),
  );
  const handle = async (messages: number, parked: number, at = 0): Promise<boolean> => {
    const breaker = breakers[at] as CircuitBreaker;
    if (!(await breaker.allows(shared, messages, parked))) return false;
    await breaker.committed(messages, parked);
    return true;
  };
  return { breakers, clock, handle, shared };
}

describe('the circuit breaker', () => {
  it('lets twenty bad messages pass, and not one more, however slowly they come', async () => {
    const { clock, handle } = instances(1);
    let parked = 0;
    for (let at = 0; at < 100; at += 1) {
      clock.now += 10_000;
      if (!(await handle(1, 1))) break;
      parked += 1;
    }
    expect(parked).toBe(PARKED_MAX);
  });

  it('lets one message in twenty pass for ever, and stops at a little more', async () => {
    const share = async (good: number): Promise<number> => {
      const { handle } = instances(1);
      for (let parked = 0; parked < 300; parked += 1) {
        for (let at = 0; at < good; at += 1) await handle(1, 0);
        if (!(await handle(1, 1))) return parked;
      }
      return 300;
    };
    expect(await share(19)).toBe(300);
    expect(await share(18)).toBeLessThanOrEqual(2 * PARKED_MAX + 2);
  });

  it('counts what all instances park together', async () => {
    const { handle } = instances(3);
    let parked = 0;
    while (parked < 100 && (await handle(1, 1, parked % 3))) parked += 1;
    expect(parked).toBe(PARKED_MAX);
  });

  it('does not begin again with a new process', async () => {
    const { handle, shared } = instances(1);
    for (let at = 0; at < PARKED_MAX; at += 1) expect(await handle(1, 1)).toBe(true);
    const restarted = new CircuitBreaker({ pool: shared as never, name: 'consumer', nowMs: () => 0 });
    expect(await restarted.allows(shared, 1, 1)).toBe(false);
  });

  it('begins again when a person has reset it', async () => {
    const { breakers, handle } = instances(1);
    for (let at = 0; at < PARKED_MAX; at += 1) await handle(1, 1);
    await breakers[0]?.reset();
    expect(await handle(1, 1)).toBe(true);
    expect(await handle(21, 21)).toBe(false);
  });

  it('lets anything pass for a minute when a person has decided so, and not longer', async () => {
    const { breakers, clock, handle } = instances(1);
    await breakers[0]?.reset({ setAside: true });
    expect(await handle(5_000, 5_000)).toBe(true);
    clock.now += 60_000;
    expect(await handle(5_000, 5_000)).toBe(false);
    expect(await handle(1, 1)).toBe(true);
  });

  it('counts exactly the latest 400 messages, or all while there are fewer', () => {
    const batch = fc.record({ messages: fc.integer({ min: 1, max: 60 }), parked: fc.nat({ max: 4 }) });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 60 }), (batches) => {
        let counted: Counted = { handled: 0, parkedAt: [] };
        const all: boolean[] = [];
        for (const { messages, parked } of batches) {
          const bad = Math.min(messages, parked);
          counted = added(counted, messages, bad);
          all.push(...Array.from({ length: messages }, (_, at) => at >= messages - bad));
          const latest = all.slice(-WINDOW).filter(Boolean).length;
          expect(isTooMany(counted)).toBe(latest > PARKED_MAX);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
