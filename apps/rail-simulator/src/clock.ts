/** What the stores ask for the time. */
export const CLOCK = Symbol('clock');
