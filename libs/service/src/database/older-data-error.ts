/** The database was made by a version whose data this one does not read. */
export class OlderDataError extends Error {
  override readonly name = 'OlderDataError';
  readonly code = 'older-data';

  constructor() {
    super('The database holds data of an older version, which this version does not read; start with an empty one.');
  }
}

/** The process ends with it, so that whoever has started it can say more. */
export const OLDER_DATA_EXIT_CODE = 78;
