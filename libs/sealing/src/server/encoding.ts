/** Lower-case hexadecimal: bytes as the key of a map. */
export function hex(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
}

/**
 * The bytes of base64url text that a contract or this service's own code has made sure of. What comes from outside and
 * was checked by nobody goes through `fromBase64url`.
 */
export function bytes(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
