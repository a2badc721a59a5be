import { describe, expect, it } from '@jest/globals';
import {
  contactDaysOf,
  apply,
  isContactOver,
  isTextOver,
  keptUntil,
  newContact,
  NOTICE_DAYS,
  OPEN_MAX,
  wanted,
  type Choice,
  type Contact,
  type ContactCommand,
} from './contact.js';

const day = 20_000;
const links = { eligibility: 'E', payments: 'P' };
const choice = (n: number, more: Partial<Choice> = {}): Choice => ({
  n,
  day,
  channel: 'text',
  phone: `+1000555012${n}`,
  language: 'es',
  ...more,
});
const give: ContactCommand = { type: 'give', day, links, tail: '7Q2', choice: choice(0) };
const change = (n: number, more?: Partial<Choice>): ContactCommand => ({
  type: 'change',
  day,
  choice: choice(n, more),
});
const stop: ContactCommand = { type: 'stop', day };
const notice = (version: number, from: 'eligibility' | 'payments' = 'eligibility'): ContactCommand => ({
  type: 'notice',
  notice: { from, version, template: 'update', day },
});

function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((first, at) => ordersOf(items.toSpliced(at, 1)).map((rest) => [first, ...rest]));
}

const after = (commands: readonly ContactCommand[]): Contact => commands.reduce(apply, newContact);

describe('a contact', () => {
  it.each<[string, readonly ContactCommand[]]>([
    ['notices, a change and a later change', [give, notice(1), notice(2, 'payments'), change(1), change(2)]],
    ['a stop among notices and changes', [give, notice(1), change(1), stop, change(9), notice(2)]],
    ['no texts, then texts', [give, change(1, { channel: 'none' }), change(2), notice(1), notice(1, 'payments')]],
    ['two changes with one number', [give, change(1), change(1, { channel: 'none' }), notice(1)]],
    ['requests of a household whose slice never comes', [change(1), change(3), stop]],
  ])('is the same in every order: %s', (_name, script) => {
    const expected = after(script);
    for (const order of ordersOf(script)) expect(after(order)).toEqual(expected);
  });

  it('wants a text for each notice, once its slice has arrived', () => {
    const withNotices = after([notice(1), notice(2, 'payments')]);
    expect(wanted(withNotices)).toEqual([]);
    expect(wanted(apply(withNotices, change(1)))).toEqual([]);
    expect(wanted(apply(withNotices, give)).map(({ from }) => from)).toEqual(['eligibility', 'payments']);
    expect(wanted(after([give, notice(1), change(1, { channel: 'none' })]))).toEqual([]);
    expect(wanted(after([give, notice(1), stop]))).toEqual([]);
  });

  it('holds neither number nor language after a stop', () => {
    expect(JSON.stringify(after([give, notice(1), stop, change(3)]))).not.toMatch(/phone|language|tail|\+1/);
  });

  it('holds a limited number of notices, the newest ones', () => {
    const versions = Array.from({ length: 20 }, (_, at) => notice(at + 1));
    const { open } = after([give, ...versions]);
    expect(open.map(({ version }) => version)).toEqual([13, 14, 15, 16, 17, 18, 19, 20]);
    expect(open).toHaveLength(OPEN_MAX);
    expect(after([give, ...versions.toReversed()]).open).toEqual(open);
  });

  it('is kept until its clocks end', () => {
    expect(keptUntil(after([give]), 75)).toBe(day + 75);
    expect(keptUntil(after([give, stop]), 75)).toBe(day + 9);
    expect(keptUntil(after([change(1)]), 75)).toBe(day + 9);
  });

  it('is over after the appeal window and the days of the profile', () => {
    const clocks = { appealDays: 30, contactDays: 45 };
    expect(contactDaysOf(clocks)).toBe(75);
    const isOver = (commands: readonly ContactCommand[], days: number) =>
      isContactOver(after(commands), clocks, day + days);
    expect([isOver([give], 75), isOver([give], 76)]).toEqual([false, true]);
    expect([isOver([give, stop], 9), isOver([give, stop], 10)]).toEqual([false, true]);
  });
});

describe('a text', () => {
  it('is over when its notice is too old', () => {
    expect([isTextOver({ day }, day + NOTICE_DAYS), isTextOver({ day }, day + NOTICE_DAYS + 1)]).toEqual([false, true]);
  });
});
