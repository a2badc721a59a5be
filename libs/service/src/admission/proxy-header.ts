import { isIPv4, isIPv6 } from 'node:net';

/** What the first bytes of a connection are: a whole header, the beginning of one, or something else. */
export type ProxyHeader =
  | { readonly state: 'more' }
  | { readonly state: 'invalid' }
  /** @param address of the client; undefined if the proxy speaks for itself, as in its health checks */
  | { readonly state: 'read'; readonly length: number; readonly address: string | undefined };

const MORE: ProxyHeader = { state: 'more' };
const INVALID: ProxyHeader = { state: 'invalid' };

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const FIRST_BYTES = 16;
/** The addresses of the longest kind and the notes of a proxy after them. */
const REST_MAX = 520;
/** The longest line of version 1, with its end. */
const LINE_MAX = 107;

const VERSION_2 = 0x20;
const COMMANDS = { local: 0, proxy: 1 } as const;
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;

/**
 * Reads the header that a TCP proxy sends before the bytes of its client (PROXY protocol 1 and 2, HAProxy
 * `proxy-protocol.txt`). Strict: TCP only, no optional spelling, bounded length.
 */
export function proxyHeaderIn(bytes: Buffer): ProxyHeader {
  if (bytes.length === 0) return MORE;
  return bytes[0] === SIGNATURE[0] ? binaryHeaderIn(bytes) : lineIn(bytes);
}

function lineIn(bytes: Buffer): ProxyHeader {
  const text = bytes.subarray(0, LINE_MAX).toString('latin1');
  const end = text.indexOf('\r\n');
  if (end < 0) return text.length < LINE_MAX && 'PROXY '.startsWith(text.slice(0, 6)) ? MORE : INVALID;
  const length = end + 2;
  const [word, family, source = '', target = '', ...ports] = text.slice(0, end).split(' ');
  if (word !== 'PROXY') return INVALID;
  if (family === 'UNKNOWN') return { state: 'read', length, address: undefined };
  const isFamily = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : undefined;
  const isRight = isFamily?.(source) === true && isFamily(target) && ports.length === 2 && ports.every(isPort);
  return isRight ? { state: 'read', length, address: source } : INVALID;
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

function binaryHeaderIn(bytes: Buffer): ProxyHeader {
  const begun = Math.min(bytes.length, SIGNATURE.length);
  if (!bytes.subarray(0, begun).equals(SIGNATURE.subarray(0, begun))) return INVALID;
  if (bytes.length < FIRST_BYTES) return MORE;
  const [command, family, rest] = [bytes.readUInt8(12) - VERSION_2, bytes.readUInt8(13), bytes.readUInt16BE(14)];
  if (rest > REST_MAX) return INVALID;
  const length = FIRST_BYTES + rest;
  if (bytes.length < length) return MORE;
  if (command === COMMANDS.local) return { state: 'read', length, address: undefined };
  if (command !== COMMANDS.proxy) return INVALID;
  const body = bytes.subarray(FIRST_BYTES, length);
  if (family === TCP_OVER_IPV4 && rest >= 12) return { state: 'read', length, address: body.subarray(0, 4).join('.') };
  if (family === TCP_OVER_IPV6 && rest >= 36) return { state: 'read', length, address: groupsOf(body.subarray(0, 16)) };
  return INVALID;
}

function groupsOf(address: Buffer): string {
  return Array.from({ length: 8 }, (_, at) => address.readUInt16BE(2 * at).toString(16)).join(':');
}
