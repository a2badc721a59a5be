const sentences = {
  malformed: 'The bytes do not have the expected form.',
  'wrong-contract': 'The envelope was made for another contract, version, producer or consumer.',
  'wrong-day': 'The envelope was made for another day.',
  forged: 'The envelope is not signed by an identity key of its producer.',
  'key-destroyed': 'The key of that day has been destroyed; the envelope can never be read again.',
  'not-opened': 'The sealed bytes do not open with this key and binding.',
  'no-day-key': 'No signed day key of the recipient is published for that day.',
  'bad-key': 'The bytes are not a usable key.',
  'bad-receipt': 'The text is not a receipt code.',
  'unsupported-device': 'This device cannot make the keys of a receipt.',
  'keyring-missing': 'There is no keyring in this folder; it is made at set-up only.',
  'keyring-exists': 'There is already a keyring in this folder.',
  'keyring-busy': 'Another process is writing the keyring.',
  'keyring-damaged': 'The keyring or its master key cannot be read.',
  'replica-away': 'A copy of the keyring cannot be reached. No key is made or destroyed until it is back.',
  'no-identity': 'The keyring holds no identity key of that name.',
  'identity-in-use': 'The identity key still signs, or something that it has signed can still be alive.',
  'no-secret': 'The keyring holds no secret of that name; it is made at set-up only.',
  'secret-exists': 'The keyring already holds a secret of that name.',
  'pins-unreadable': 'The file of pinned identity keys cannot be read.',
} as const;

export type SealingErrorCode = keyof typeof sentences;

/**
 * Codes with which the same input can succeed later. Unreadable keys or pins are no fault of a message, so that its
 * handler waits until they are readable again.
 */
const retriable: ReadonlySet<SealingErrorCode> = new Set([
  'no-day-key',
  'keyring-busy',
  'keyring-damaged',
  'keyring-missing',
  'pins-unreadable',
  'replica-away',
]);

/**
 * The only error that this library throws on purpose. The message is a fixed sentence without outside values, keys and
 * paths, because errors are logged.
 */
export class SealingError extends Error {
  override readonly name = 'SealingError';
  readonly code: SealingErrorCode;
  readonly canRetry: boolean;

  constructor(code: SealingErrorCode) {
    super(sentences[code]);
    this.code = code;
    this.canRetry = retriable.has(code);
  }
}
