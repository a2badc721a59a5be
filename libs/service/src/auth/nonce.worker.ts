import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HOUR_MS } from '#libs/contracts';
import { DestructionGate } from '#libs/records';
import type { Worker } from '../scheduling/worker.js';
import { Workers } from '../scheduling/workers.js';
import { NonceRepository } from './nonce.repository.js';

/** Removes the nonces of past days. */
@Injectable()
export class NonceWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(
    private readonly nonces: NonceRepository,
    private readonly gate: DestructionGate,
    workers: Workers,
  ) {
    this.worker = workers.make({ name: 'spent-nonces', pollMs: HOUR_MS, work: () => this.prune() });
  }

  /** One round. @returns 0, because no further round is urgent */
  async prune(): Promise<0> {
    const permit = await this.gate.permit();
    if (permit !== undefined) await this.nonces.prune(permit);
    return 0;
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }
}
