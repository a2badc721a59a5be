import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { dayNumber, dayOf } from '#libs/contracts';
import { cycleOf } from '#libs/policy';
import { CityProfile, Clock, SecretSeries, secretSeries, Workers, type Worker } from '#libs/service';
import { isCycleOver } from './domain/cycle.js';

/** So many cycles may have passed while the service stood still. */
const CYCLES_BACK = 24;
const KEYS_POLL_MS = 600_000;

/**
 * Makes the keys under which tokens are compared, and destroys them when nothing can be compared under them any
 * more.
 */
@Injectable()
export class CycleKeysWorker implements OnModuleInit, OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    @Inject(secretSeries('tokens')) private readonly keys: SecretSeries,
    private readonly city: CityProfile,
    private readonly clock: Clock,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'cycle-keys', pollMs: KEYS_POLL_MS, work: () => this.destroyOldKeys() });
  }

  async onModuleInit(): Promise<void> {
    const cycle = cycleOf(this.city.profile, dayOf(this.clock.now()));
    // The next one too: the first application after the change must not wait for a key.
    for (const each of [cycle - 1, cycle, cycle + 1]) await this.keys.ensure(each);
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  has(cycle: number): boolean {
    return this.keys.has(cycle);
  }

  ensure(cycle: number): Promise<void> {
    return this.keys.ensure(cycle);
  }

  /** One round. @returns nothing to hurry for */
  async destroyOldKeys(): Promise<0> {
    const { profile } = this.city;
    const today = dayOf(this.clock.now());
    for (let back = 1; back <= CYCLES_BACK; back += 1) {
      const cycle = cycleOf(profile, today) - back;
      if (isCycleOver(profile.cycle, cycle, dayNumber(today))) await this.keys.destroy(cycle);
    }
    return 0;
  }
}
