import { describe, expect, it } from '@jest/globals';
import { blockListOf, isIn, networkIn, networkOf } from './network.js';

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0'],
    ['192.0.255.255', '192.0'],
    ['::ffff:192.0.2.7', '192.0'],
    ['::ffff:c000:207', '192.0'],
    ['::FFFF:C000:0207', '192.0'],
    ['0:0:0:0:0:ffff:c000:207', '192.0'],
    ['0000:0000:0000:0000:0000:ffff:192.0.2.7', '192.0'],
    ['::ffff:0:c000:207', '192.0'],
    ['64:ff9b::c000:207', '192.0'],
    ['64:ff9b::192.0.2.7', '192.0'],
    ['0064:FF9B:0:0:0:0:C000:0207', '192.0'],
    ['64:ff9b:1::c000:207', '64:ff9b'],
    ['2002:c000:207::1', '2002:c000'],
    ['2001:db8:1:2::3', '2001:db8'],
    ['2001:DB8::3', '2001:db8'],
    ['2001:0db8:0000::1', '2001:db8'],
    ['2001::1', '2001:0'],
    ['::1', '0:0'],
    ['fe80::1%eth0', 'fe80:0'],
    ['::ffff:c000:207%eth0', '192.0'],
    ['192.0.2.7%eth0', 'unknown'],
    ['', 'unknown'],
    ['a host', 'unknown'],
    ['192.0.2.7, 10.0.0.1', 'unknown'],
  ])('%s is cut to %s', (address, network) => expect(networkOf(address)).toBe(network));

  it.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['127.0.0.1', '::ffff:7f00:1', true],
    ['127.0.0.1', '0:0:0:0:0:ffff:7f00:0001', true],
    ['127.0.0.1', '::7f00:1', false],
    ['::ffff:7f00:1', '127.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.255.0.1', true],
    ['::ffff:a00:0/104', '::FFFF:AFF:1', true],
    ['::ffff:10.0.0.0/104', '11.0.0.1', false],
    ['10.0.0.0/8', '64:ff9b::a00:1', false],
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['0.0.0.0/0', '::1', false],
    ['10.0.0.0/8', 'no address', false],
    ['127.0.0.1', '127.0.0.1%25.city.example', false],
  ])('in %s: %s is %s', (network, address, expected) => {
    const parsed = networkIn(network);
    expect(parsed && isIn(blockListOf([parsed]), address)).toBe(expected);
  });

  it.each(['', 'proxy', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0/8', '::1/129', '10.0.0.0/8/8', '10.0.0.0/'])(
    'list refuses %j',
    (text) => expect(networkIn(text)).toBeUndefined(),
  );
});
