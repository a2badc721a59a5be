import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairQueue, type Bucket } from './fair-queue.js';

const device = (name: string): Bucket => ({ kind: 'device', name });
const unsigned = (name: string): Bucket => ({ kind: 'unsigned', name });

function taken(queue: FairQueue<string>, count: number): string[] {
  return Array.from({ length: count }, () => queue.next() ?? 'nothing');
}

describe('what waits at the door', () => {
  it('of one bucket alone uses all the room, in order', () => {
    const queue = new FairQueue<number>(100);
    const refused = Array.from({ length: 120 }, (_, at) => queue.add(unsigned('a'), at)).filter(
      (each) => each !== undefined,
    );
    expect(refused).toEqual(Array.from({ length: 20 }, (_, at) => 100 + at));
    expect(Array.from({ length: 100 }, () => queue.next())).toEqual(Array.from({ length: 100 }, (_, at) => at));
    expect([queue.next(), queue.length]).toEqual([undefined, 0]);
  });

  it('takes turns between buckets, whatever one of them sends', () => {
    const queue = new FairQueue<string>(1_000);
    for (let each = 0; each < 500; each += 1) queue.add(unsigned('flood'), 'flood');
    queue.add(unsigned('b'), 'b');
    queue.add(unsigned('c'), 'c');
    expect(taken(queue, 4)).toEqual(['flood', 'b', 'c', 'flood']);
  });

  it('takes turns between devices and everybody unsigned, whatever the number of networks', () => {
    const queue = new FairQueue<string>(10_000);
    for (let each = 0; each < 5_000; each += 1) queue.add(unsigned(`network ${each}`), 'network');
    for (let each = 0; each < 20; each += 1) queue.add(device(`kiosk ${each}`), 'kiosk');
    expect(taken(queue, 40).filter((each) => each === 'kiosk')).toHaveLength(20);
  });

  it('makes room for a bucket that has less, from the newest of the fullest', () => {
    const queue = new FairQueue<string>(10);
    for (let each = 0; each < 10; each += 1) queue.add(unsigned('flood'), `flood ${each}`);
    expect(queue.add(unsigned('b'), 'b')).toBe('flood 9');
    expect(queue.add(unsigned('flood'), 'flood again')).toBe('flood again');
    expect(taken(queue, 2)).toEqual(['flood 0', 'b']);
  });

  it('keeps half of the room for devices, however many networks send', () => {
    const queue = new FairQueue<string>(100);
    for (let each = 0; each < 5_000; each += 1) queue.add(unsigned(`network ${each}`), 'network');
    const displaced = Array.from({ length: 50 }, (_, at) => queue.add(device(`kiosk ${at % 5}`), 'kiosk'));
    expect(new Set(displaced)).toEqual(new Set(['network']));
    expect(queue.add(unsigned('one more'), 'one more')).toBe('one more');
    expect(taken(queue, 100).filter((each) => each === 'kiosk')).toHaveLength(50);
  });

  it('never exceeds its room, loses nothing, and refuses no bucket that has less than its share', () => {
    const buckets = fc.record({
      kind: fc.constantFrom('device' as const, 'unsigned' as const),
      name: fc.constantFrom(...'abcdefgh'),
    });
    const steps = fc.array(
      fc.oneof({ weight: 4, arbitrary: buckets }, { weight: 1, arbitrary: fc.constant('take' as const) }),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), (script, max) => {
        const queue = new FairQueue<{ at: number; key: string }>(max);
        const waiting = new Map<number, string>();
        const sizeOf = (key: string): number => [...waiting.values()].filter((each) => each === key).length;
        script.forEach((step, at) => {
          if (step === 'take') {
            const item = queue.next();
            if (item !== undefined) expect(waiting.delete(item.at)).toBe(true);
            return;
          }
          const key = `${step.kind} ${step.name}`;
          const ofKind = (kind: string): string[] =>
            [...waiting.values()].filter((each) => each.startsWith(`${kind} `));
          const fullest = (kind: string): number => Math.max(0, ...ofKind(kind).map(sizeOf));
          const [isFull, own, most] = [waiting.size === max, ofKind(step.kind).length, fullest(step.kind)];
          const other = step.kind === 'device' ? 'unsigned' : 'device';
          const hasRoom = sizeOf(key) + 1 < most;
          const mostOfOther = fullest(other);
          const gone = queue.add(step, { at, key });
          expect(gone === undefined).toBe(!isFull);
          if (gone === undefined) return void waiting.set(at, key);
          if (own < max / 2) {
            // Its kind has less than half of the room, so the fullest bucket of the other kind gives way.
            expect([gone.key.split(' ')[0], sizeOf(gone.key)]).toEqual([other, mostOfOther]);
          } else if (hasRoom) {
            expect([gone.key.split(' ')[0], sizeOf(gone.key)]).toEqual([step.kind, most]);
          } else {
            expect(gone.at).toBe(at);
          }
          waiting.set(at, key);
          waiting.delete(gone.at);
        });
        expect(queue.length).toBe(waiting.size);
        expect(queue.length).toBeLessThanOrEqual(max);
        for (let item = queue.next(); item !== undefined; item = queue.next()) waiting.delete(item.at);
        expect(waiting.size).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });
});
