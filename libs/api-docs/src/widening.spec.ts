import { describe, expect, it } from '@jest/globals';
import { IsBoolean, IsString } from 'class-validator';

import { Field, GrantAwardedV1, grantAwarded, IsBytes, SubmitApplicationV1, type Contract } from '#libs/contracts';
import { approvalOf, approvedLines, linesOf, presentPromises, wideningsOf, type Promises } from './widening.js';

class WithAnotherField extends GrantAwardedV1 {
  @Field({ data: 'household-fact', purpose: 'never needed' })
  @IsBoolean()
  extra!: boolean;
}

class WithText extends GrantAwardedV1 {
  @Field({ data: 'operational', purpose: 'cancelling is final: the higher version wins' })
  @IsString()
  declare version: never;
}

class WithAnotherPurpose {
  @Field({ data: 'pseudonym', purpose: 'finds the same household elsewhere' })
  @IsBytes(32)
  application!: string;
}
Object.defineProperty(WithAnotherPurpose, 'name', { value: SubmitApplicationV1.name });

const approved = linesOf(presentPromises);

/** The present contracts, with a change to grants that are awarded. */
function promises(change: Partial<Contract>): Promises {
  const contracts = presentPromises.contracts.map((each) =>
    each.name === grantAwarded.name ? { ...each, ...change } : each,
  );
  return { ...presentPromises, contracts };
}

const widened = (present: Promises): readonly string[] => wideningsOf(approved, linesOf(present));

describe('what the contracts allow', () => {
  it('is approved as it stands', () => {
    expect(widened(presentPromises)).toEqual([]);
  });

  it('may become less without anybody being asked', () => {
    const contracts = presentPromises.contracts.slice(1);
    expect(widened({ ...presentPromises, contracts })).toEqual([]);
    expect(widened(promises({ clocks: { ...grantAwarded.clocks, outboxDays: 3 } }))).toEqual([]);
    expect(widened({ ...presentPromises, clocks: { ...presentPromises.clocks, dayKeyDays: 2 } })).toEqual([]);
  });

  it.each([
    [
      'a field',
      { payload: WithAnotherField },
      [
        'eligibility.grant-awarded.v1 field extra: household-fact; never needed',
        'eligibility.grant-awarded.v1 field extra holds {"type":"boolean"}',
      ],
    ],
    ['a recipient', { consumer: 'notification' }, ['eligibility.grant-awarded.v1 from eligibility to notification']],
    ['a purpose', { purpose: 'pay, and count' }, ['eligibility.grant-awarded.v1 purpose: pay, and count']],
    [
      'a longer clock',
      { clocks: { ...grantAwarded.clocks, outboxDays: 9 } },
      ['eligibility.grant-awarded.v1 clock outboxDays: 9'],
    ],
    [
      'text in place of a number',
      { payload: WithText },
      ['eligibility.grant-awarded.v1 field version holds {"type":"string"}'],
    ],
  ] as const)('cannot silently gain %s', (_, change, lines) => {
    expect(widened(promises(change))).toEqual(lines);
  });

  it('cannot silently gain a contract', () => {
    const contracts = [...presentPromises.contracts, { ...grantAwarded, name: 'eligibility.other' }];
    expect(widened({ ...presentPromises, contracts })).toContain('eligibility.other.v1 from eligibility to payments');
  });

  it('cannot silently keep what is sealed for longer, or a key', () => {
    const sealed = presentPromises.sealed.map((each) => ({ ...each, retention: 'for ever' }));
    expect(widened({ ...presentPromises, sealed }).length).toBe(sealed.length);
    expect(widened({ ...presentPromises, clocks: { ...presentPromises.clocks, dayKeyDays: 9 } })).toEqual([
      'clock dayKeyDays: 9',
    ]);
  });

  it('cannot silently use for another purpose what comes in by the door', () => {
    expect(widened({ ...presentPromises, doors: [WithAnotherPurpose] })).toEqual([
      'door SubmitApplicationV1 field application: pseudonym; finds the same household elsewhere',
    ]);
  });
});

describe('a decision record that widens', () => {
  const lines = ['x.v1 field a: key; why', 'clock dayKeyDays: 9'];
  const named = lines.map((line) => `- \`${line}\``).join('\n');
  const record = (approvers: string, of: string): string =>
    `# 0099 A field more\n\n**Widens.**\n\n${named}\n\n${approvers}\n\n${of}\n`;
  const by = '**Approved by.** P. Officer (privacy officer); C. Attorney (city attorney).';
  const version = '**Version.** 0.3.0';

  it('is believed with two people and a version', () => {
    expect(approvedLines([approvalOf(record(by, version))])).toEqual(lines);
  });

  it.each([
    ['one person', '**Approved by.** P. Officer (privacy officer).', version],
    ['the same person twice', '**Approved by.** P. Officer; P. Officer.', version],
    ['the same person with two offices', '**Approved by.** P. Officer (privacy); P. Officer (attorney).', version],
    ['the same person, spelled otherwise', '**Approved by.** P. Officer; p officer', version],
    ['nobody', '', version],
    ['no version', by, ''],
  ])('is not believed with %s', (_, approvers, of) => {
    expect(approvedLines([approvalOf(record(approvers, of))])).toEqual([]);
  });

  it('accounts for exactly what it names', () => {
    const covered = [...approved, ...approvedLines([approvalOf(record(by, version))])];
    const present = linesOf({ ...presentPromises, clocks: { ...presentPromises.clocks, dayKeyDays: 9 } });
    expect(wideningsOf(covered, present)).toEqual([]);
    const longer = linesOf({ ...presentPromises, clocks: { ...presentPromises.clocks, dayKeyDays: 10 } });
    expect(wideningsOf(covered, longer)).toEqual(['clock dayKeyDays: 10']);
  });
});
