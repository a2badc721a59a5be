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

/** Whether this is the context of a batch of the bus, which no other transport can have made. */
export function isFromBus(context: unknown): boolean {
  return typeof context === 'object' && context !== null && fromBus.has(context);
}

type NestHandler = (data: unknown, context: unknown) => Promise<unknown>;

/**
 * Nest's door to the bus: `app.connectMicroservice({ strategy: new BatchTransport(bus) })`. It starts to read when the
 * application starts its microservices, and refuses to when a contract to this service has no handler.
 */
export class BatchTransport<S extends Service> extends Server implements CustomTransportStrategy {
  /** Nest itself must neither swallow nor log what a handler throws. */
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

  /** The bus has no events of its own for Nest: what matters is in `Bus.status` and its alarms. */
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
