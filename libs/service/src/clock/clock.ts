import { DAY_MS } from '#libs/contracts';
import type { ClockConfig } from '../config/clock.config.js';
import { offsetIn } from '../config/clock-offset.js';

/** The source of time of a service. Code that decides takes the time as an argument instead. */
export abstract class Clock {
  abstract now(): Date;
  /** Calls back after the time leapt or a UTC day began. A clock that never leaps need not implement it. */
  onLeap?(listener: () => void): void;
}

export const systemClock: Clock = { now: () => new Date() };

/** The machine's clock, or the machine's clock moved by the milliseconds in a file. */
export function clockFrom({ clockOffsetFile: path }: ClockConfig): Clock {
  return path === undefined ? systemClock : new MovedClock(path, offsetIn(path) ?? 0);
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
    private offsetMs: number,
  ) {}

  now(): Date {
    if (performance.now() - this.readAt >= READ_AGAIN_MS) {
      // A missing or half-written file leaves the offset unchanged.
      this.offsetMs = offsetIn(this.path) ?? this.offsetMs;
      this.readAt = performance.now();
    }
    return new Date(Date.now() + this.offsetMs);
  }

  onLeap(listener: () => void): void {
    let [offsetMs, day] = [this.offsetMs, this.day()];
    const look = (): void => {
      const today = this.day();
      if (this.offsetMs === offsetMs && today === day) return;
      [offsetMs, day] = [this.offsetMs, today];
      listener();
    };
    setInterval(look, LOOK_MS).unref();
  }

  private day(): number {
    return Math.floor(this.now().getTime() / DAY_MS);
  }
}
