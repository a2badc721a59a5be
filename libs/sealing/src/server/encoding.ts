/** Lower-case hexadecimal: bytes as the key of a map. */
export function hex(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
}

/**
 * The bytes of base64url text that a contract or the service itself has checked. Unchecked text from outside goes
 * through `fromBase64url`.
 */
export function bytes(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
