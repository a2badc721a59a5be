import { DAY_MS } from '#libs/contracts';
import type { ClockConfig } from '../config/clock.config.js';
import { offsetsIn, type ClockOffsets } from '../config/clock-offset.js';

/** The source of time of a service. Code that decides takes the time as an argument instead. */
export abstract class Clock {
  abstract now(): Date;
  /** Calls back after the time leapt or a UTC day began. A clock that never leaps need not implement it. */
  onLeap?(listener: () => void): void;
  /** Milliseconds by which a test moves the clock of the database. A real clock has none. */
  databaseMovedMs?(): number;
}

export const systemClock: Clock = { now: () => new Date() };

/** The machine's clock, or the machine's clock moved by the milliseconds in a file. */
export function clockFrom({ clockOffsetFile: path }: ClockConfig): Clock {
  return path === undefined ? systemClock : new MovedClock(path, offsetsIn(path) ?? { processMs: 0, databaseMs: 0 });
}

const READ_AGAIN_MS = 50;
const LOOK_MS = 100;

/**
 * A clock for tests. It reads its file again every few milliseconds, so that all processes that share it move together.
 */
class MovedClock implements Clock {
  private readAt = performance.now();

  constructor(
    private readonly path: string,
    private offsets: ClockOffsets,
  ) {}

  now(): Date {
    return new Date(Date.now() + this.read().processMs);
  }

  databaseMovedMs(): number {
    return this.read().databaseMs;
  }

  onLeap(listener: () => void): void {
    let [offsets, day] = [this.read(), this.day()];
    const look = (): void => {
      const [now, today] = [this.read(), this.day()];
      const isSame = now.processMs === offsets.processMs && now.databaseMs === offsets.databaseMs;
      if (isSame && today === day) return;
      [offsets, day] = [now, today];
      listener();
    };
    setInterval(look, LOOK_MS).unref();
  }

  /** A missing or half-written file leaves the offsets unchanged. */
  private read(): ClockOffsets {
    if (performance.now() - this.readAt >= READ_AGAIN_MS) {
      this.offsets = offsetsIn(this.path) ?? this.offsets;
      this.readAt = performance.now();
    }
    return this.offsets;
  }

  private day(): number {
    return Math.floor(this.now().getTime() / DAY_MS);
  }
}
