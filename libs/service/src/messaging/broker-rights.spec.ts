import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RightsDifference } from '#libs/bus';
import { BrokerRights, OtherRightsError } from './broker-rights.js';

const stray: readonly RightsDifference[] = [{ what: 'right on topic x', how: 'undeclared' }];
const AWAY = 'away';

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** @param answers what the broker shows at each look; the last one stays */
function rightsOf(...answers: readonly (readonly RightsDifference[] | typeof AWAY | 'silent')[]) {
  const lines: string[] = [];
  const exits: number[] = [];
  let at = 0;
  const rights = new BrokerRights({
    service: 'payments',
    connection: { brokers: [], username: '', password: '' },
    log: {
      write: (_level, event, fields) => void lines.push(`${event} ${String((fields as { code?: string }).code)}`),
    },
    exit: (code) => void exits.push(code),
    differences: () => {
      const answer = answers[Math.min(at, answers.length - 1)];
      at += 1;
      if (answer === 'silent') return new Promise(() => undefined);
      return answer === AWAY || answer === undefined ? Promise.reject(new Error('away')) : Promise.resolve(answer);
    },
  });
  return { rights, lines, exits, looks: () => at };
}

describe('the rights on the broker', () => {
  it('let a service start if they are those of its contracts, and are not looked at again', async () => {
    const { rights, exits, looks } = rightsOf([]);
    await rights.check();
    await jest.advanceTimersByTimeAsync(600_000);
    expect([looks(), exits]).toEqual([1, []]);
  });

  it('keep it from starting if they are others, and the sentence names the first', async () => {
    const { rights } = rightsOf(stray);
    await expect(rights.check()).rejects.toBeInstanceOf(OtherRightsError);
    await expect(rights.check()).rejects.toThrow(
      'The broker is not as the contracts declare it: right on topic x is not declared.',
    );
  });

  it.each([AWAY, 'silent'] as const)('do not hold it up while the broker is %s, and end it later', async (first) => {
    const { rights, exits, lines } = rightsOf(first, AWAY, stray);
    const checked = rights.check();
    await jest.advanceTimersByTimeAsync(5_000);
    await checked;
    expect(exits).toEqual([]);
    await jest.advanceTimersByTimeAsync(60_000);
    expect([exits, lines]).toEqual([[70], ['process-failed other-rights']]);
  });

  it('are not looked at after the service has stopped', async () => {
    const { rights, looks } = rightsOf(AWAY);
    await rights.check();
    rights.stop();
    await jest.advanceTimersByTimeAsync(600_000);
    expect(looks()).toBe(1);
  });
});
