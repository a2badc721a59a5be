import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { networkOf } from './network.js';
import { proxyHeaderIn } from './proxy-header.js';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const read = (length: number, address: string | undefined) => ({ state: 'read', length, address });

describe('the header of a TCP proxy', () => {
  it.each([
    ['PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\nPOST /', read(41, '192.0.2.7')],
    ['PROXY TCP6 2001:db8::7 ::1 1 65535\r\n', read(36, '2001:db8::7')],
    ['PROXY UNKNOWN\r\n', read(15, undefined)],
    ['PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n', read(43, undefined)],
    ['P', { state: 'more' }],
    ['PROXY TCP4 192.0.2.7 10.0.0', { state: 'more' }],
    ['GET / HTTP/1.1\r\n', { state: 'invalid' }],
    ['POST', { state: 'invalid' }],
    ['PROXY TCP4 192.0.2.7 10.0.0.1 56324\r\n', { state: 'invalid' }],
    ['PROXY TCP4 192.0.2.7 10.0.0.1 56324 65536\r\n', { state: 'invalid' }],
    ['PROXY TCP4 192.0.2.7 10.0.0.1 56324 0443\r\n', { state: 'invalid' }],
    ['PROXY TCP4 2001:db8::7 ::1 1 2\r\n', { state: 'invalid' }],
    ['PROXY TCP4  192.0.2.7 10.0.0.1 1 2\r\n', { state: 'invalid' }],
    ['PROXY UDP4 192.0.2.7 10.0.0.1 1 2\r\n', { state: 'invalid' }],
    [`PROXY TCP4 ${'1'.repeat(200)}`, { state: 'invalid' }],
  ])('of version 1: %j', (text, header) => expect(proxyHeaderIn(Buffer.from(text))).toEqual(header));

  it.each([
    [`${SIGNATURE} 21 11 000c c0000207 0a000001 dc04 01bb 504f`, read(28, '192.0.2.7')],
    [`${SIGNATURE} 21 11 000f c0000207 0a000001 dc04 01bb 040000`, read(31, '192.0.2.7')],
    [
      `${SIGNATURE} 21 21 0024 20010db8000000000000000000000007 00000000000000000000000000000001 0001 0002`,
      read(52, '2001:db8:0:0:0:0:0:7'),
    ],
    [`${SIGNATURE} 20 00 0000`, read(16, undefined)],
    [`${SIGNATURE} 21 11`, { state: 'more' }],
    [`${SIGNATURE} 21 11 000c c0000207`, { state: 'more' }],
    ['0d0a', { state: 'more' }],
    ['0d0a0d0b', { state: 'invalid' }],
    [`${SIGNATURE} 11 11 000c c0000207 0a000001 dc04 01bb`, { state: 'invalid' }],
    [`${SIGNATURE} 22 11 000c c0000207 0a000001 dc04 01bb`, { state: 'invalid' }],
    [`${SIGNATURE} 21 12 000c c0000207 0a000001 dc04 01bb`, { state: 'invalid' }],
    [`${SIGNATURE} 21 11 0004 c0000207`, { state: 'invalid' }],
    [`${SIGNATURE} 21 11 ffff c0000207`, { state: 'invalid' }],
  ])('of version 2: %s', (text, header) => expect(proxyHeaderIn(hex(text))).toEqual(header));

  it.each([
    [`${SIGNATURE} 21 21 0024 00000000000000000000ffffc0000207 00000000000000000000ffff0a000001 0001 0002`],
    [Buffer.from('PROXY TCP6 ::ffff:c000:207 ::1 1 2\r\n').toString('hex')],
    [Buffer.from('PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n').toString('hex')],
    [Buffer.from('PROXY TCP4 192.0.2.7 10.0.0.1 1 2\r\n').toString('hex')],
  ])('that names an IPv4 client in any form gives its one network: %s', (bytes) => {
    const header = proxyHeaderIn(hex(bytes));
    expect(header.state === 'read' && networkOf(header.address ?? '')).toBe('192.0');
  });

  it('is read alike however its bytes arrive, and any other bytes are invalid or short', () => {
    const whole = Buffer.from('PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n');
    for (let length = 0; length < whole.length; length += 1) {
      expect(proxyHeaderIn(whole.subarray(0, length))).toEqual({ state: 'more' });
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (bytes) => {
        const header = proxyHeaderIn(Buffer.from(bytes));
        expect(header.state === 'more' && bytes.length > 536).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
