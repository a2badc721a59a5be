import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS } from '#libs/contracts';
import type { ServiceConfig } from '../config/service.config.js';
import { Problem } from '../problem/problem.js';
import { DoorLimits } from './door-limits.js';
import { RefusalCount } from './refusal-count.js';

const config = {
  clientAddress: 'connection',
  trustedProxies: [],
  deviceWritesPerMinute: 600,
  deviceWritesPerDay: 2,
  networkWritesPerMinute: 1,
  readsPerMinute: 60,
  connectionsMax: 100,
  connectionsPerNetwork: 10,
} as unknown as ServiceConfig;

function limits() {
  const time = { now: 10 * DAY_MS };
  const clock = { now: () => new Date(time.now) };
  const ours = new DoorLimits(config, clock, new RefusalCount());
  const from = (address: string, device?: string, use: 'read' | 'write' = 'write') => {
    const request = { socket: { remoteAddress: address }, headers: {} } as unknown as IncomingMessage;
    try {
      return ours.admit(request, use, device);
    } catch (error) {
      return error instanceof Problem ? error.details.retryAfterSeconds : error;
    }
  };
  return { time, from };
}

describe('the limits of a sender', () => {
  it('know an unsigned one by a hash that does not show the network, and that is another one each hour', () => {
    const { time, from } = limits();
    const bucket = from('192.0.2.1', undefined, 'read') as { kind: string; name: string };
    expect(bucket).toEqual({ kind: 'unsigned', name: expect.stringMatching(/^[\w-]{43}$/) });
    expect(from('192.0.77.1', undefined, 'read')).toEqual(bucket);
    expect(from('192.1.2.1', undefined, 'read')).not.toEqual(bucket);
    expect(limits().from('192.0.2.1', undefined, 'read')).not.toEqual(bucket);
    time.now += HOUR_MS;
    expect(from('192.0.2.1', undefined, 'read')).not.toEqual(bucket);
  });

  it('forget all networks each hour', () => {
    const { time, from } = limits();
    from('192.0.2.1');
    expect(from('192.0.2.1')).toBe(60);
    time.now += HOUR_MS - 1;
    expect(from('192.0.2.1')).toBe(60);
    time.now += 1;
    expect(from('192.0.2.1')).toMatchObject({ kind: 'unsigned' });
  });

  it('count the tries of a device until its day ends, and reads are no tries', () => {
    const { time, from } = limits();
    time.now += 23 * HOUR_MS;
    for (let each = 0; each < 20; each += 1) from('192.0.2.1', 'kiosk-001', 'read');
    expect([from('192.0.2.1', 'kiosk-001'), from('192.0.2.1', 'kiosk-001')]).toEqual([
      { kind: 'device', name: 'kiosk-001' },
      { kind: 'device', name: 'kiosk-001' },
    ]);
    expect(from('192.0.2.1', 'kiosk-001')).toBe(3_600);
    expect(from('192.0.2.1', 'kiosk-002')).toMatchObject({ kind: 'device' });
    time.now += HOUR_MS;
    expect(from('192.0.2.1', 'kiosk-001')).toMatchObject({ kind: 'device' });
  });
});
