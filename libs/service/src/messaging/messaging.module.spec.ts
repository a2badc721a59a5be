import 'reflect-metadata';
import { afterEach, describe, expect, it, jest } from '@jest/globals';

interface Told {
  readonly onStalled: () => void;
  readonly onAlarm: (alarm: object) => void;
  readonly onHandlerFailed: (error: unknown) => void;
  readonly clock: () => Date;
}

const made: Told[] = [];
const calls: string[] = [];
const real = await import('#libs/bus');
class FakeBus {
  constructor(options: Told) {
    made.push(options);
  }
  start(): Promise<void> {
    return Promise.resolve(void calls.push('started'));
  }
  lookAround(): void {
    calls.push('looked around');
  }
  status(): Promise<object> {
    return Promise.resolve({});
  }
}
jest.unstable_mockModule('#libs/bus', () => ({ ...real, Bus: FakeBus }));
const { MessagingModule } = await import('./messaging.module.js');
const { Registry } = await import('prom-client');

interface FactoryProvider {
  readonly provide: unknown;
  readonly useFactory: (...needs: unknown[]) => Promise<unknown>;
}

const NOW = new Date('2026-11-30T12:00:00Z');

/** The bus as a service gets it, with a log that is kept. */
async function busOfService() {
  const lines: (readonly unknown[])[] = [];
  const heard: (() => void)[] = [];
  const log = { write: (...line: readonly unknown[]) => void lines.push(line) };
  const clock = { now: () => NOW, onLeap: (listener: () => void) => void heard.push(listener) };
  const gate = { onAccepted: (listener: () => void) => void heard.push(listener) };
  const config = { brokers: ['b:1'], kafkaUsername: 'u', kafkaPassword: 'p', kafkaCopies: 1, directUrl: 'postgres://' };
  const { providers = [] } = MessagingModule.for('payments');
  const [kafka, bus] = providers as unknown as readonly FactoryProvider[];
  const connection = await kafka?.useFactory(config);
  await bus?.useFactory(connection, config, {}, {}, { identity: () => ({}) }, {}, gate, clock, log, new Registry());
  return { options: made.at(-1) as Told, lines, heard };
}

afterEach(() => {
  jest.restoreAllMocks();
  calls.length = 0;
});

describe('the bus of a service', () => {
  it('is started, and looks around when its clock leaps or is accepted', async () => {
    const { heard, options } = await busOfService();
    expect([calls, heard.length, options.clock()]).toEqual([['started'], 2, NOW]);
    for (const listener of heard) listener();
    expect(calls).toEqual(['started', 'looked around', 'looked around']);
  });

  it('that stalls is told to the operators, and then ends its process with a code that says so', async () => {
    const { options, lines } = await busOfService();
    const order: unknown[] = [];
    jest.spyOn(process, 'exit').mockImplementation((code) => {
      order.push([...lines], code);
      return undefined as never;
    });
    options.onStalled();
    expect(order).toEqual([[['error', 'alarm', { alarm: 'stalled' }]], 70]);
  });

  it('tells each alarm with what it is about, and each failure of a handler without its text', async () => {
    const { options, lines } = await busOfService();
    options.onAlarm({ code: 'parked-expiring', count: 3, topic: 't', why: 'w' });
    options.onAlarm({ code: 'horizon-old' });
    options.onHandlerFailed(new TypeError('Maria Garcia'));
    expect(lines.slice(0, 2)).toEqual([
      ['warn', 'alarm', { alarm: 'parked-expiring', count: 3, topic: 't', code: 'w' }],
      ['warn', 'alarm', { alarm: 'horizon-old', count: undefined, topic: undefined, code: undefined }],
    ]);
    expect(lines[2]?.slice(0, 2)).toEqual(['error', 'work-failed']);
    expect(lines[2]?.[2]).toMatchObject({ work: 'handler' });
    expect(JSON.stringify(lines)).not.toContain('Garcia');
  });
});
