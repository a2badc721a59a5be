/**
 * Who waits: an enrolled device by its name, or the network of somebody unsigned by a keyed hash that is forgotten each
 * hour.
 */
export interface Bucket {
  readonly kind: 'device' | 'unsigned';
  readonly name: string;
}

type Kind = Bucket['kind'];

/** The buckets of one kind that have something waiting, in the order in which their turns come. */
class Turns<T> {
  private readonly queues = new Map<string, T[]>();
  /** The names of the buckets by the number of items that wait in them, so that the fullest is found at once. */
  private readonly bySize: Set<string>[] = [];
  length = 0;

  sizeOf(name: string): number {
    return this.queues.get(name)?.length ?? 0;
  }

  /** The number of items in the fullest bucket. */
  get most(): number {
    return this.bySize.length - 1;
  }

  add(name: string, item: T): void {
    const queue = this.queues.get(name) ?? [];
    if (queue.length === 0) this.queues.set(name, queue);
    queue.push(item);
    this.resized(name, queue.length - 1, queue.length);
  }

  /** Takes the oldest item of the bucket whose turn it is. That bucket then waits for all others. */
  next(): T | undefined {
    const [turn] = this.queues;
    if (turn === undefined) return undefined;
    const [name, queue] = turn;
    const item = queue.shift() as T;
    this.queues.delete(name);
    if (queue.length > 0) this.queues.set(name, queue);
    this.resized(name, queue.length + 1, queue.length);
    return item;
  }

  /** Takes the newest item of the fullest bucket. */
  lastOfFullest(): T {
    const [name] = this.bySize.at(-1) as Set<string>;
    const queue = this.queues.get(name as string) as T[];
    const item = queue.pop() as T;
    if (queue.length === 0) this.queues.delete(name as string);
    this.resized(name as string, queue.length + 1, queue.length);
    return item;
  }

  private resized(name: string, before: number, after: number): void {
    this.length += after - before;
    this.bySize[before]?.delete(name);
    if (after > 0) (this.bySize[after] ??= new Set()).add(name);
    this.bySize[0] ??= new Set();
    while (this.bySize.length > 1 && this.bySize.at(-1)?.size === 0) this.bySize.pop();
  }
}

/**
 * What waits, divided fairly. Buckets of one kind take turns, and the two kinds take turns, so that no number of
 * unsigned networks delays enrolled devices. One bucket alone may use all the room. When the room is full, an item of
 * the fullest bucket makes place for one of a bucket that has less.
 */
export class FairQueue<T> {
  private readonly kinds: Readonly<Record<Kind, Turns<T>>> = { device: new Turns(), unsigned: new Turns() };
  private turn: Kind = 'device';

  /** @param max the most items that wait; each kind may always use half of it */
  constructor(private readonly max: number) {}

  get length(): number {
    return this.kinds.device.length + this.kinds.unsigned.length;
  }

  /** @returns the item for which there is no room: the new one, or one that waited in a fuller bucket */
  add({ kind, name }: Bucket, item: T): T | undefined {
    const turns = this.kinds[kind];
    if (this.length < this.max) {
      turns.add(name, item);
      return undefined;
    }
    const hasShare = turns.length < this.max / 2;
    if (!hasShare && turns.sizeOf(name) + 1 >= turns.most) return item;
    const displaced = (hasShare ? this.kinds[otherThan(kind)] : turns).lastOfFullest();
    turns.add(name, item);
    return displaced;
  }

  /** Takes the next item, in the order of turns. */
  next(): T | undefined {
    const first = this.turn;
    this.turn = otherThan(first);
    return this.kinds[first].next() ?? this.kinds[this.turn].next();
  }
}

function otherThan(kind: Kind): Kind {
  return kind === 'device' ? 'unsigned' : 'device';
}
