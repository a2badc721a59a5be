/** The private keyring. Only what is in `keys` and `messaging` may be given it: the front door does not export this. */
export const KEYRING = Symbol('keyring');
