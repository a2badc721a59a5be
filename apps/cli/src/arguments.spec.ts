import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';

import { formOf, marked, servicesNamed } from './arguments.js';

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

describe('a value that begins like an option', () => {
  it.each([`-${'A'.repeat(42)}`, `--${'a'.repeat(41)}`])('is a value: %s', async (name) => {
    const seen: string[] = [];
    const command = new Command('resolve')
      .option('--as <name>')
      .argument('<case>', '', formOf('case'))
      .action((each: string, { as }: { as: string }) => void seen.push(each, as));
    await command.parseAsync([...marked([name, '--as', 'reviewer-one'])], { from: 'user' });
    await command.parseAsync([...marked(['--as', 'reviewer-two', name])], { from: 'user' });
    expect(seen).toEqual([name, 'reviewer-one', name, 'reviewer-two']);
  });

  it('changes nothing else', () => {
    const args = ['status', '--json', '-h', '--as', 'x', 'A'.repeat(43)];
    expect(marked(args)).toEqual(args);
  });
});

describe('services', () => {
  it('are all where none is named', () => {
    expect(servicesNamed([])).toEqual(['intake', 'eligibility', 'payments', 'notification']);
    expect(servicesNamed(['payments'])).toEqual(['payments']);
  });

  it('that are none are named', () => {
    expect(() => servicesNamed(['payments', 'foo'])).toThrow(/a name is not a service; the services are intake, /);
  });
});
