import { describe, expect, it } from '@jest/globals';
import { boxBinding, sliceAad, sliceBinding, sliceInfo, type Binding, type SliceBinding } from './binding.js';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('what a slice is bound to', () => {
  const binding: SliceBinding = { contract: 'a.b', version: 1, recipient: 'payments', day: '2026-11-25' };

  it.each<Partial<SliceBinding>>([
    { contract: 'a.c' },
    { version: 2 },
    { recipient: 'eligibility' },
    { day: '2026-11-26' },
  ])('changes with %j', (change) => {
    expect(hexOf(sliceInfo({ ...binding, ...change }))).not.toBe(hexOf(sliceInfo(binding)));
  });

  it('is the same for the same envelope, in whatever order its fields are written', () => {
    const key = Uint8Array.of(1, 2);
    expect(hexOf(sliceAad({ lane: 'kiosk', key, n: 1 }))).toBe(hexOf(sliceAad({ n: 1, lane: 'kiosk', key })));
  });

  it('changes with every field, name, kind and absence in the envelope', () => {
    const envelopes = [
      { lane: 'kiosk', site: 'a' },
      { lane: 'kiosk', site: 'b' },
      { lane: 'kiosks', site: 'a' },
      { lane: 'kiosk', place: 'a' },
      { lane: 'kiosk' },
      { lane: 'kiosk', site: Buffer.from('a') },
      { lane: 'kiosk', site: 'a', n: 1 },
      { lane: 'kiosksitea' },
      {},
    ];
    expect(new Set(envelopes.map((envelope) => hexOf(sliceAad(envelope)))).size).toBe(envelopes.length);
  });
});

describe('a contract', () => {
  const contract = { name: 'a.b', version: 1, consumer: 'payments' };
  const otherContracts = [
    { ...contract, name: 'a.c' },
    { ...contract, version: 2 },
    { ...contract, consumer: 'intake' },
  ];
  const shown = ({ info, aad }: Binding): string => `${hexOf(info)} ${hexOf(aad)}`;

  it('binds a slice to itself and the day of the key', () => {
    const bindings = [contract, ...otherContracts].map((one) => sliceBinding(one, '2026-11-25'));
    const all = [...bindings, sliceBinding(contract, '2026-11-26')].map(shown);
    expect(new Set(all).size).toBe(5);
  });

  it('binds a message to itself, the box, its version and its last day', () => {
    const address = { box: Uint8Array.of(1), version: 1, lastDay: '2026-12-25' };
    const others = [
      { ...address, box: Uint8Array.of(2) },
      { ...address, version: 2 },
      { ...address, lastDay: '2026-12-26' },
    ];
    const all = [contract, ...otherContracts].map((one) => boxBinding(one, address));
    all.push(...others.map((other) => boxBinding(contract, other)));
    expect(new Set(all.map(shown)).size).toBe(7);
  });
});
