import type { Body } from './kind.js';

const BIGINT = /^\d+n$/;

/**
 * Returns a body that JSON can represent, with its bigints, which must not be negative, as text: 25,000 cents become
 * `25000n`.
 */
export function toBody(value: object): Body {
  const text = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
  return JSON.parse(text) as Body;
}

/** The reverse of `toBody`. */
export function fromBody<T>(body: Body): T {
  return JSON.parse(JSON.stringify(body), (_key, inner: unknown) =>
    typeof inner === 'string' && BIGINT.test(inner) ? BigInt(inner.slice(0, -1)) : inner,
  ) as T;
}
