import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { dayNumber, dayOf } from '#libs/contracts';
import { cycleOf } from '#libs/policy';
import { DestructionGate } from '#libs/records';
import { CityProfile, Clock, SecretSeries, secretSeries, Workers, type Worker } from '#libs/service';
import { isCycleOver } from './domain/cycle.js';

/** The service may have stood still for this many cycles. */
const CYCLES_BACK = 24;
const KEYS_POLL_MS = 600_000;

/**
 * Makes the keys under which tokens are compared. It destroys a key when no token can be compared under it any
 * more.
 */
@Injectable()
export class CycleKeysWorker implements OnModuleInit, OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    @Inject(secretSeries('tokens')) private readonly keys: SecretSeries,
    private readonly city: CityProfile,
    private readonly clock: Clock,
    private readonly gate: DestructionGate,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'cycle-keys', pollMs: KEYS_POLL_MS, work: () => this.destroyOldKeys() });
  }

  async onModuleInit(): Promise<void> {
    const cycle = cycleOf(this.city.profile, dayOf(this.clock.now()));
    // The next cycle has its key in advance, so that the first application of that cycle does not wait for it.
    for (const each of [cycle - 1, cycle, cycle + 1]) await this.keys.ensure(each);
  }

  onApplicationBootstrap(): void {
    this.worker.start();
    this.gate.onAccepted(() => this.worker.wake());
  }

  has(cycle: number): boolean {
    return this.keys.has(cycle);
  }

  ensure(cycle: number): Promise<void> {
    return this.keys.ensure(cycle);
  }

  /** One round. @returns 0, because no further round is urgent */
  async destroyOldKeys(): Promise<0> {
    const { profile } = this.city;
    const permit = await this.gate.permit();
    if (permit === undefined) return 0;
    const today = permit.day;
    for (let back = 1; back <= CYCLES_BACK; back += 1) {
      const cycle = cycleOf(profile, today) - back;
      if (isCycleOver(profile.cycle, cycle, dayNumber(today))) await this.keys.destroy(cycle);
    }
    return 0;
  }
}
