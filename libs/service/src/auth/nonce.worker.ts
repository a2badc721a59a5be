import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HOUR_MS } from '#libs/contracts';
import type { Worker } from '../scheduling/worker.js';
import { Workers } from '../scheduling/workers.js';
import { NonceRepository } from './nonce.repository.js';

/** Removes the nonces of past days. */
@Injectable()
export class NonceWorker implements OnApplicationBootstrap {
  private readonly worker: Worker;

  constructor(nonces: NonceRepository, workers: Workers) {
    const work = async (): Promise<0> => {
      await nonces.prune();
      return 0;
    };
    this.worker = workers.make({ name: 'spent-nonces', pollMs: HOUR_MS, work });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }
}
