import { describe, expect, it } from '@jest/globals';
import type { Socket } from 'node:net';
import { ClientAddress, type AddressSource } from './client-address.js';
import { networkIn, type Network } from './network.js';

const proxies = ['10.0.0.0/8', '192.0.2.1'].map((text) => networkIn(text) as Network);

function seen(source: AddressSource, remoteAddress: string, forwarded?: string): string {
  const socket = { remoteAddress } as Socket;
  return new ClientAddress(source, proxies).ofRequest({ socket, headers: { 'x-forwarded-for': forwarded } });
}

describe('the address of a client', () => {
  it.each<[string, AddressSource, string, string | undefined, string]>([
    ['is that of the connection', 'connection', '198.51.100.7', '203.0.113.9', '198.51.100.7'],
    ['is that of the connection, even of a proxy', 'connection', '10.0.0.1', '203.0.113.9', '10.0.0.1'],
    ['is what a trusted proxy says', 'x-forwarded-for', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['is not what anybody else says', 'x-forwarded-for', '198.51.100.7', '203.0.113.9', '198.51.100.7'],
    [
      'is the last hop before the proxies',
      'x-forwarded-for',
      '10.0.0.1',
      '1.2.3.4, 203.0.113.9,10.9.9.9',
      '203.0.113.9',
    ],
    [
      'is the last hop, whatever stands before it',
      'x-forwarded-for',
      '10.0.0.1',
      'no address, 203.0.113.9',
      '203.0.113.9',
    ],
    ['is the proxy’s if the last hop is no address', 'x-forwarded-for', '10.0.0.1', '203.0.113.9, what', '10.0.0.1'],
    ['is the proxy’s without a header', 'x-forwarded-for', '10.0.0.1', undefined, '10.0.0.1'],
    ['is the proxy’s if there are too many hops', 'x-forwarded-for', '10.0.0.1', '203.0.113.9,'.repeat(30), '10.0.0.1'],
    ['is not in a header behind a TCP proxy', 'proxy-protocol', '10.0.0.1', '203.0.113.9', '10.0.0.1'],
  ])('%s', (_name, source, remote, ...[forwarded, address]) => expect(seen(source, remote, forwarded)).toBe(address));

  it.each([
    ['203.0.113.9:51544', '203.0.113.9'],
    ['203.0.113.9:0', '203.0.113.9'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['[::ffff:203.0.113.9]:51544', '::ffff:203.0.113.9'],
    ['198.51.100.1:1, 203.0.113.9:51544, 10.9.9.9:80', '203.0.113.9'],
    ['203.0.113.9, [::ffff:a00:1]:80', '203.0.113.9'],
    ['203.0.113.9, 0:0:0:0:0:ffff:a00:1', '203.0.113.9'],
    ['203.0.113.9:', '10.0.0.1'],
    ['203.0.113.9:port', '10.0.0.1'],
    ['203.0.113.9:123456', '10.0.0.1'],
    ['[203.0.113.9]:80', '10.0.0.1'],
    ['[2001:db8::1', '10.0.0.1'],
    ['[]:80', '10.0.0.1'],
    ['host:80', '10.0.0.1'],
    ['_hidden', '10.0.0.1'],
    ['203.0.113.9:1:2', '10.0.0.1'],
  ])('of the hop %j is %s', (forwarded, address) => {
    expect(seen('x-forwarded-for', '10.0.0.1', forwarded)).toBe(address);
  });

  it('is what a TCP proxy named for this connection', () => {
    const address = new ClientAddress('proxy-protocol', proxies);
    const [one, other] = [{ remoteAddress: '10.0.0.1' } as Socket, { remoteAddress: '10.0.0.1' } as Socket];
    expect([address.isProxy(one), address.isProxy({ remoteAddress: '198.51.100.7' })]).toEqual([true, false]);
    address.name(one, '203.0.113.9');
    expect(address.ofRequest({ socket: one, headers: {} })).toBe('203.0.113.9');
    expect(address.ofRequest({ socket: other, headers: {} })).toBe('10.0.0.1');
  });
});
