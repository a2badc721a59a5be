/** The published day keys and pinned identity keys of all services (`KeyDirectory` of libs/sealing). */
export const KEY_DIRECTORY = Symbol('key-directory');

/** The row keys, by night: the only part of the keyring that the record store and the nightly turn get. */
export const ROW_KEYS = Symbol('row-keys');
