import { readFileSync } from 'node:fs';
import { DAY_MS } from '#libs/contracts';
import { ConfigError, type Environment } from './config.js';

/** Where a service asks for the time. Everything that decides is told the time instead. */
export interface Clock {
  now(): Date;
  /** Calls back when the time has leapt or a UTC day has begun; a clock that never leaps need not have it. */
  onLeap?(listener: () => void): void;
}

export const systemClock: Clock = { now: () => new Date() };

/**
 * The clock that the environment asks for: the machine's, or the machine's moved by the milliseconds that a file holds,
 * so that a test can live through days. In production that file is refused: who could write it could age every key.
 *
 * @throws ConfigError `CLOCK_OFFSET_FILE`
 */
export function clockFrom(env: Environment): Clock {
  const path = env['CLOCK_OFFSET_FILE'];
  if (path === undefined) return systemClock;
  if (env['NODE_ENV'] === 'production') throw new ConfigError('CLOCK_OFFSET_FILE');
  const offsetMs = offsetIn(path);
  if (offsetMs === undefined) throw new ConfigError('CLOCK_OFFSET_FILE');
  return new MovedClock(path, offsetMs);
}

const READ_AGAIN_MS = 50;
const LOOK_MS = 100;

/** A clock for tests. Its file is read again every few milliseconds, so every process that shares it moves together. */
class MovedClock implements Clock {
  private readAt = performance.now();

  constructor(
    private readonly path: string,
    private offsetMs: number,
  ) {}

  now(): Date {
    if (performance.now() - this.readAt >= READ_AGAIN_MS) {
      // A file that is gone or half written moves nothing.
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

/** Whole milliseconds, also negative; undefined when the file does not hold them. */
function offsetIn(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^-?\d{1,13}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
