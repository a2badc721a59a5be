const sentences = {
  'older-data':
    'The database holds data of an older version, which this version cannot read; start with an empty database.',
  'unknown-data':
    'The database holds tables without a record of the version that made them; restore a complete copy, or start ' +
    'with an empty database.',
  'newer-data': 'The database holds data of a newer version; start that version, and keep the data.',
} as const;

/** Another version made the database, and this version cannot read its data. */
export class DataVersionError extends Error {
  override readonly name = 'DataVersionError';

  constructor(readonly code: keyof typeof sentences) {
    super(sentences[code]);
  }
}
