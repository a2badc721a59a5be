import { describe, expect, it } from '@jest/globals';
import { blockListOf, isIn, networkIn, networkOf } from './network.js';

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0'],
    ['192.0.255.255', '192.0'],
    ['::ffff:192.0.2.7', '192.0'],
    ['2001:db8:1:2::3', '2001:db8'],
    ['2001:DB8::3', '2001:db8'],
    ['2001:0db8:0000::1', '2001:db8'],
    ['2001::1', '2001:0'],
    ['::1', '0:0'],
    ['fe80::1%eth0', 'fe80:0'],
    ['', 'unknown'],
    ['a host', 'unknown'],
    ['192.0.2.7, 10.0.0.1', 'unknown'],
  ])('%s is cut to %s', (address, network) => expect(networkOf(address)).toBe(network));

  it.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['0.0.0.0/0', '::1', false],
    ['10.0.0.0/8', 'no address', false],
  ])('in %s: %s is %s', (network, address, expected) => {
    const parsed = networkIn(network);
    expect(parsed && isIn(blockListOf([parsed]), address)).toBe(expected);
  });

  it.each(['', 'proxy', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0/8', '::1/129', '10.0.0.0/8/8', '10.0.0.0/'])(
    'list refuses %j',
    (text) => expect(networkIn(text)).toBeUndefined(),
  );
});
