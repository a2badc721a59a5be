import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { Service } from '#libs/contracts';
import { isObservable, lastValueFrom } from 'rxjs';

import type { Bus } from '../bus.js';
import { handlerOf, type Handled, type HandlerEntry } from '../consume/handlers.js';
import type { SliceOpener } from '../consume/open-slice.js';
import type { UnitOfWork } from '../produce/unit-of-work.js';
import { BusError } from '../trouble/errors.js';
import { declaredContracts, type Outcome } from './on-contract.js';

const fromBus = new WeakSet<object>();

/** Whether the bus made this context for a batch. No other transport can make one. */
export function isFromBus(context: unknown): boolean {
  return typeof context === 'object' && context !== null && fromBus.has(context);
}

type NestHandler = (data: unknown, context: unknown) => Promise<unknown>;

/**
 * Connects Nest to the bus: `app.connectMicroservice({ strategy: new BatchTransport(bus) })`. It starts to read when
 * the application starts its microservices. It refuses to start if a contract to this service has no handler.
 */
export class BatchTransport<S extends Service> extends Server implements CustomTransportStrategy {
  /** Nest must neither swallow nor log what a handler throws. */
  override readonly propagatesEventHandlerErrors = true;

  constructor(private readonly bus: Bus<S>) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    try {
      this.bus.consume(this.entries());
      callback();
    } catch (error) {
      callback(error);
    }
  }

  close(): Promise<void> {
    return this.bus.stopConsuming();
  }

  /** Does nothing: the bus has no events for Nest. `Bus.status` and the alarms report what matters. */
  on(): this {
    return this;
  }

  unwrap<T>(): T {
    return this.bus as T;
  }

  private entries(): HandlerEntry<S>[] {
    return [...this.messageHandlers].map(([topic, handler]) => {
      const contract = declaredContracts.get(topic);
      if (contract === undefined) throw new BusError('foreign-contract');
      if (handler.next !== undefined) throw new BusError('handled-twice');
      const handle = async (deliveries: unknown, unit: UnitOfWork<S>, openSlice: SliceOpener) => {
        const context = { unit, openSlice };
        fromBus.add(context);
        return resultsOf(await (handler as unknown as NestHandler)(deliveries, context));
      };
      return handlerOf(contract, handle as never) as unknown as HandlerEntry<S>;
    });
  }
}

async function resultsOf(returned: unknown): Promise<readonly Handled[]> {
  const outcome = (isObservable(returned) ? await lastValueFrom(returned) : returned) as Outcome;
  if (outcome.ok) return outcome.results as readonly Handled[];
  throw outcome.error;
}
