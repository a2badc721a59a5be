/** The private keyring. Only the folders `keys` and `messaging` may inject it; `index.ts` does not export it. */
export const KEYRING = Symbol('keyring');
