/** The published day keys and pinned identity keys of all services (`KeyDirectory` of libs/sealing). */
export const KEY_DIRECTORY = Symbol('key-directory');

/** The keys of rows, by night: what the record store and the nightly turn may have of the keyring. */
export const ROW_KEYS = Symbol('row-keys');
