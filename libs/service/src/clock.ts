/** Where a service asks for the time. Everything that decides is told the time instead. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
