import { Injectable } from '@nestjs/common';
import { nextBehaviour, type Behaviour, type Channel, type Order } from './domain/behaviour.js';

/** The ordered behaviour of each channel. It is kept in memory: after a restart the simulator behaves normally. */
@Injectable()
export class BehaviourStore {
  private readonly orders = new Map<Channel, Order>();

  set(channel: Channel, order: Order): void {
    this.orders.set(channel, order);
  }

  next(channel: Channel, call: 'apply' | 'inquire'): Behaviour {
    const { behaviour, order } = nextBehaviour(this.orders.get(channel), call);
    if (order === undefined) this.orders.delete(channel);
    else this.orders.set(channel, order);
    return behaviour;
  }
}
