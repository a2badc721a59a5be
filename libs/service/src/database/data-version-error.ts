const sentences = {
  'older-data':
    'The database holds data of an older version, which this version does not read; start with an empty one.',
  'unknown-data':
    'The database holds tables, and not what says which version has made them; put back a whole copy of it, or start ' +
    'with an empty one.',
  'newer-data': 'The database holds data of a newer version; start that version, and keep what is there.',
} as const;

/** The database was made by a version whose data this one does not read. */
export class DataVersionError extends Error {
  override readonly name = 'DataVersionError';

  constructor(readonly code: keyof typeof sentences) {
    super(sentences[code]);
  }
}
