import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net';

/** A network or address in the form of the settings: `10.0.0.0/8`, `2001:db8::/32`, `127.0.0.1`. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** @returns undefined for a text of another form */
export function networkIn(text: string): Network | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return undefined;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  if (prefix === undefined) return { address, prefix: BITS[family], family };
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > BITS[family]) return undefined;
  return { address, prefix: Number(prefix), family };
}

/** A list of networks that answers whether an address is in one of them. */
export function blockListOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return list;
}

export function isIn(list: BlockList, address: string): boolean {
  const plain = plainAddress(address);
  const kind = isIP(plain);
  return kind !== 0 && list.check(plain, kind === 4 ? 'ipv4' : 'ipv6');
}

const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/;

/**
 * Without the zone of a link-local address, and as IPv4 if the address is an IPv4 one in the form of IPv6. An IPv6
 * address has many spellings, so it is parsed and written again first: `::ffff:c000:207` is `::ffff:192.0.2.7`.
 */
function plainAddress(address: string): string {
  if (isIP(address) !== 6) return address;
  return new SocketAddress({ address, family: 'ipv6' }).address.replace(MAPPED, '');
}

/**
 * Cuts an address to /16 (IPv4) or /32 (IPv6): the part that may leave the place where the address is read (requirement
 * Anything else is one network of its own.
 */
export function networkOf(address: string): string {
  const plain = untranslated(plainAddress(address));
  const kind = isIP(plain);
  if (kind === 4) return plain.split('.', 2).join('.');
  return kind === 6 ? firstGroups(plain) : 'unknown';
}

const TRANSLATED = /^(?:64:ff9b::|::ffff:0:)([\da-f]{1,4}):[\da-f]{1,4}$/;

/** The network of an IPv4 client behind a translator to IPv6 (RFC 6052, RFC 2765); they are many networks, not one. */
function untranslated(address: string): string {
  const group = TRANSLATED.exec(address)?.[1];
  if (group === undefined) return address;
  const number = Number.parseInt(group, 16);
  return `${number >> 8}.${number & 0xff}.0.0`;
}

/** The first two groups, each as a number, so that every spelling of an address gives one network. */
function firstGroups(address: string): string {
  const [head = ''] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  return [0, 1].map((at) => Number.parseInt(groups[at] ?? '0', 16).toString(16)).join(':');
}
