import { describe, expect, it } from '@jest/globals';

import { formOf, servicesNamed } from './arguments.js';

describe('an argument', () => {
  it.each([
    ['batch', 'e98f59c7-3143-4a7b-b704-e810cb49de15'],
    ['digest', 'u6j_6oq2msP_vh1MQB_hgQ8DVnfQJhK_5lSeAtpmRoE'],
    ['case', 'A'.repeat(43)],
    ['hold', `hold-${'0'.repeat(18)}`],
  ] as const)('that can be a %s is let through, and anything else is named', (name, text) => {
    expect(formOf(name)(text)).toBe(text);
    for (const other of ['', 'foo', `${text}0`, ` ${text}`]) {
      expect(() => formOf(name)(other)).toThrow(`not a valid <${name}>, as`);
    }
  });
});

describe('services', () => {
  it('are all where none is named', () => {
    expect(servicesNamed([])).toEqual(['intake', 'eligibility', 'payments', 'notification']);
    expect(servicesNamed(['payments'])).toEqual(['payments']);
  });

  it('that are none are named', () => {
    expect(() => servicesNamed(['payments', 'foo'])).toThrow(/foo is not a service; the services are intake, /);
  });
});
