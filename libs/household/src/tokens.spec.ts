import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { cutTokens, normalContact, normalDwelling, soundOf } from './tokens.js';

const salt = new Uint8Array(32).fill(7);
const otherSalt = new Uint8Array(32).fill(8);

describe('what is typed, spelled one way', () => {
  it.each([
    ['Vázquez', 'Vasquez'],
    ['Cecilia', 'Sesilia'],
    ['Hernández', 'ernandes'],
    ['Guillermo', 'guiyermo'],
    ['  Maria-José ', 'mariajose'],
    ['Philippe', 'filipe'],
  ])('%s sounds like %s', (one, other) => expect(soundOf(one)).toBe(soundOf(other)));

  it.each([
    ['Ana', 'Eva'],
    ['Carlos', 'Charles'],
    ['Rosa', 'Raisa'],
  ])('%s does not sound like %s', (one, other) => expect(soundOf(one)).not.toBe(soundOf(other)));

  it.each([
    ['123 N. Main Street, Apt #4', '123 North Main St 4'],
    ['55 West Elm Avenue Unit B', '55 w elm ave, b'],
  ])('%s is %s', (one, other) => expect(normalDwelling(one)).toBe(normalDwelling(other)));

  it('a phone number is its last ten digits, a mail address is lower case', () => {
    expect(normalContact('+1 (213) 555-0100')).toBe(normalContact('213.555.0100'));
    expect(normalContact(' Someone@Example.ORG ')).toBe('someone@example.org');
  });
});

describe('tokens cut on the device', () => {
  it('are the same for the same home under one salt, and others under another', async () => {
    const typed = { dwelling: '123 N. Main Street, Apt #4', contact: '+12135550100' };
    const same = { dwelling: '123 north main st 4', contact: '213 555 0100' };
    expect(await cutTokens(typed, salt)).toEqual(await cutTokens(same, salt));
    expect(await cutTokens(typed, salt)).not.toEqual(await cutTokens(typed, otherSalt));
  });

  it('hold no more than 16, 20 and 16 bits, and only what was typed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), fc.integer({ min: 1, max: 28 }), async (name, dwelling, day) => {
        const tokens = await cutTokens(
          { calledBy: name, birthDay: { day, month: 5 }, dwelling, contact: `${name}@example.org` },
          salt,
        );
        expect(tokens.nameAndDay).toBeLessThanOrEqual(0xffff);
        expect(tokens.contact).toBeLessThanOrEqual(0xfffff);
        expect(tokens.dwelling).toBeLessThanOrEqual(0xffff);
      }),
      { numRuns: 200 },
    );
    expect(await cutTokens({ calledBy: 'Synthetic' }, salt)).toEqual({});
  });

  it('spread over their whole range, so that each fits many homes', async () => {
    const seen = new Set<number>();
    for (let number = 0; number < 4_000; number += 1) {
      seen.add((await cutTokens({ dwelling: `${number} Nowhere Street` }, salt)).dwelling ?? -1);
    }
    // 4,000 draws from 65,536: about 3,880 different ones are expected.
    expect(seen.size).toBeGreaterThan(3_800);
    expect(Math.max(...seen)).toBeGreaterThan(0xff00);
  });
});
