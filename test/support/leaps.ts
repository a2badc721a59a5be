import { describe, expect, it, beforeAll, afterAll } from '@jest/globals';
import type { Type } from '@nestjs/common';

import { addDays, clocks, DAY_MS, dayOf, HOUR_MS, startOfDay, type Service } from '#libs/contracts';
import { DestructionGate, toBody } from '#libs/records';
import type { Clock, ServiceDefinition } from '#libs/service';
import { DayKeysWorker, NonceWorker } from '#libs/service/testing';

import { ServiceUnderTest, type ServiceOptions } from './service-under-test.js';
import { enrolStaff, postInsideAs } from './staff.js';
import { TestKeyrings } from './test-keyrings.js';

export const leapsInDays = [-400, -61, -9, -2, -1, 1, 2, 9, 61, 400] as const;
export const whichLeap = ['process', 'database', 'both'] as const;
export type WhichLeap = (typeof whichLeap)[number];

/** Noon of today, so that no test runs into midnight. */
const NOON_MS = startOfDay(dayOf(new Date())) + 12 * HOUR_MS;

/** The clocks of a process and of its database, each at noon of a day of its own. */
export class LeapingClock implements Clock {
  private readonly noonMs = NOON_MS - Date.now();
  private processMs = 0;
  private databaseMs = 0;

  now(): Date {
    return new Date(Date.now() + this.noonMs + this.processMs);
  }

  databaseMovedMs(): number {
    return this.noonMs + this.databaseMs;
  }

  get today(): string {
    return dayOf(this.now());
  }

  leap(which: WhichLeap, days: number): void {
    this.processMs = which === 'database' ? 0 : days * DAY_MS;
    this.databaseMs = which === 'process' ? 0 : days * DAY_MS;
  }

  /** As a person corrects them. */
  correct(): void {
    this.leap('both', 0);
  }
}

export interface Leaper<S extends Service> {
  readonly definition: ServiceDefinition<S>;
  readonly module: Type;
  readonly options?: Partial<ServiceOptions>;
  /** Everything else of the service that the clock destroys, run at once. */
  readonly rounds?: (service: ServiceUnderTest<S>) => Promise<unknown>;
}

/** Everything of a service that dies by the clock. Each part would end if its day plus two were the present day. */
export class Leaping<S extends Service> {
  readonly clock = new LeapingClock();
  readonly today = this.clock.today;

  private constructor(
    readonly keyrings: TestKeyrings,
    private readonly leaper: Leaper<S>,
  ) {}

  service!: ServiceUnderTest<S>;

  static async open<T extends Service>(leaper: Leaper<T>): Promise<Leaping<T>> {
    const clock = new LeapingClock();
    const keyrings = await TestKeyrings.create(addDays(clock.today, 2 - clocks.dayKeyDays));
    const leaping = new Leaping(keyrings, leaper);
    const { definition, module, options } = leaper;
    leaping.service = await ServiceUnderTest.open(definition, {
      keyrings,
      module,
      clock: leaping.clock,
      gate: 'real',
      ...options,
    });
    await leaping.fill();
    return leaping;
  }

  /** The oldest day that may still be alive: tomorrow it may, the day after tomorrow it may not. */
  private get oldest(): string {
    return addDays(this.today, 1 - clocks.dayKeyDays);
  }

  private async fill(): Promise<void> {
    const { service, oldest } = this;
    const { pool, bus, records } = service;
    await pool.query(`INSERT INTO outbox (day, epoch, seq, topic, envelope) VALUES ($1, 9, 1, 'none', '\\x00')`, [
      oldest,
    ]);
    await pool.query(`INSERT INTO spent_nonce (key, nonce, day) VALUES ('k', '\\x00', $1)`, [this.today]);
    const message = { contract: 'c', record: '' };
    const bodies = {
      handled: { day: addDays(this.today, 1 - clocks.handledDays), digest: 'd' },
      parked: { ...message, day: oldest, code: 'c' },
      later: { ...message, day: oldest },
    };
    await bus.transaction(async ({ tx }) => {
      const open = await records.begin(tx);
      for (const [kind, body] of Object.entries(bodies)) {
        const due = kind === 'later' ? { due: new Date(NOON_MS + 900 * DAY_MS) } : {};
        await open.put(kind, [{ value: Buffer.from(kind), body: toBody(body), ...due }]);
      }
    });
  }

  /** What is left of it. */
  async left(): Promise<Readonly<Record<string, unknown>>> {
    const { service, today } = this;
    const count = async (statement: string): Promise<number> =>
      (await service.pool.query<{ n: number }>(`SELECT count(*)::integer AS n FROM ${statement}`)).rows[0]?.n ?? 0;
    const kinds = await Promise.all(['handled', 'parked', 'later'].map((kind) => service.kept(kind)));
    return {
      records: kinds.map(({ length }) => length),
      outbox: await count(`outbox WHERE day = '${this.oldest}'`),
      nonces: await count(`spent_nonce WHERE key = 'k'`),
      oldKey: service.keyring.dayKey(addDays(today, 2 - clocks.dayKeyDays)) !== undefined,
      oldDayIsDestroyed: service.keyring.isDayDestroyed(addDays(today, 2 - clocks.dayKeyDays)),
    };
  }

  /** Runs at once all that a service does when a day comes. */
  async liveOn(): Promise<void> {
    const { service } = this;
    await service.get(DayKeysWorker).passDay();
    await service.nightly.run();
    await service.bus.days.roll();
    await service.get(NonceWorker).prune();
    await this.leaper.rounds?.(service);
  }

  /** Puts the witnessed day back, as the turn of the right day will. */
  async witness(day = this.today): Promise<void> {
    await this.service.pool.query('UPDATE witnessed_day SET day = $1', [day]);
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.keyrings.remove();
  }
}

const ALIVE = { records: [1, 1, 1], outbox: 1, nonces: 1, oldKey: true, oldDayIsDestroyed: false };
const GONE = { records: [0, 0, 0], outbox: 0, nonces: 0, oldKey: false, oldDayIsDestroyed: true };

/** Tests that no leap of any clock destroys anything of a service, and that an accepted day does. */
export function survivesLeaps<S extends Service>(leaper: Leaper<S>): void {
  const { service: name } = leaper.definition;
  const cases = whichLeap.flatMap((which) => leapsInDays.map((days) => [which, days] as const));

  describe(`${name}, when clocks leap`, () => {
    let leaping: Leaping<S>;
    beforeAll(async () => {
      leaping = await Leaping.open(leaper);
    });
    afterAll(() => leaping.close());

    it.each(cases)('of %s, by %d days: everything survives, and today has its keys', async (which, days) => {
      const { clock, service } = leaping;
      clock.leap(which, days);
      await leaping.liveOn();
      const { doubt } = service.get(DestructionGate).verdict ?? {};
      const isBelieved = which === 'both' && Math.abs(days) === 1;
      expect([doubt === undefined, await leaping.left()]).toEqual([isBelieved, ALIVE]);
      expect(service.keyring.dayKey(clock.today)).toBeDefined();
      clock.correct();
      await leaping.witness();
      await leaping.liveOn();
      expect(await leaping.left()).toEqual(ALIVE);
    });

    it('by an outage of nine days: what has ended goes when a person accepts the day, and not before', async () => {
      const { clock, service } = leaping;
      const answers: unknown[] = [];
      const operator = await enrolStaff(service, { name: 'clock-key', person: 'operator-one', role: 'operator' });
      const accept = async (day: string): Promise<unknown> => {
        const request = { path: '/v1/operations/clock/accept', body: { day }, now: clock.now() };
        const { status, body } = await postInsideAs<{ outcome: string }, S>(service, request, operator);
        return [status, body.outcome];
      };
      clock.leap('both', 9);
      await leaping.liveOn();
      answers.push(await accept(leaping.today), await leaping.left());
      clock.leap('process', 9);
      answers.push(await accept(clock.today), await leaping.left());
      clock.leap('both', 9);
      const ninth = clock.today;
      answers.push(await accept(ninth));
      await leaping.liveOn();
      answers.push(await leaping.left());
      expect(answers).toEqual([[200, 'other-day'], ALIVE, [200, 'clocks-apart'], ALIVE, [200, 'accepted'], GONE]);
      const { rows } = await service.pool.query('SELECT operation, about FROM audit');
      expect(rows).toEqual([{ operation: 'clock-accept', about: `day ${ninth}` }]);
    });

    it('back again: the right day is accepted as the wrong one was, and nights go on', async () => {
      const { clock, service } = leaping;
      clock.correct();
      expect(await service.nightly.run()).toEqual({ outcome: 'clock-doubted' });
      const operator = await enrolStaff(service, { name: 'back-key', person: 'operator-two', role: 'operator' });
      const request = { path: '/v1/operations/clock/accept', body: { day: clock.today }, now: clock.now() };
      const { body } = await postInsideAs<object, S>(service, request, operator);
      expect(body).toMatchObject({ outcome: 'accepted', day: leaping.today, before: addDays(leaping.today, 9) });
      expect(await service.nightly.run()).toMatchObject({ outcome: 'done' });
      expect(await service.nightly.run()).toEqual({ outcome: 'not-due' });
      clock.leap('both', 1);
      expect(await service.nightly.run()).toMatchObject({ outcome: 'done' });
      expect(service.nightly.status().lastCompletedDay).toBe(clock.today);
    });
  });
}
