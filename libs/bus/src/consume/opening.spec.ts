import { expect, it } from '@jest/globals';

import { catalogue, grantAwarded, type Contract } from '#libs/contracts';
import { SealingError } from '#libs/sealing';

import { dayOfTimestamp, openMessage } from './opening.js';

const TODAY = '2026-11-25';

it.each([
  ['1795564800000', { day: '2026-11-25' }],
  ['1795564800001', { day: '2026-11-25', isDayWrong: true }],
  ['1795651199999', { day: '2026-11-25', isDayWrong: true }],
  ['0', { day: '1970-01-01' }],
  ['1', { day: '1970-01-01', isDayWrong: true }],
  ['-1', { day: '1970-01-01', isDayWrong: true }],
  ['-86400000', { day: '1970-01-01', isDayWrong: true }],
  ['253402300799999', { day: '9999-12-31', isDayWrong: true }],
  ['253402300800000', { day: '1970-01-01', isDayWrong: true }],
  ['8640000000000001', { day: '1970-01-01', isDayWrong: true }],
  ['9223372036854775807', { day: '1970-01-01', isDayWrong: true }],
  ['noon', { day: '1970-01-01', isDayWrong: true }],
])('a message stamped %s is of the day in which it was stamped, and no other', (stamp, day) => {
  expect(dayOfTimestamp(stamp)).toEqual(day);
});

it.each([
  ['2026-11-17', '2026-11-17'],
  ['2026-11-27', '2026-11-27'],
  ['2026-11-16', TODAY],
  ['2026-11-28', TODAY],
  ['1970-01-01', TODAY],
  ['9999-12-31', TODAY],
])('garbage of %s is kept as one of %s', (day, keptAs) => {
  const [contract] = catalogue as readonly Contract[];
  if (contract === undefined) throw new Error('no contract');
  const opener = {
    open: () => {
      throw new SealingError('malformed');
    },
  };
  const { name: contractName } = contract;
  const opened = openMessage(opener, { contract, contractName, day, envelope: new Uint8Array() }, TODAY);
  expect(opened).toMatchObject({ kind: 'refused', code: 'malformed', incoming: { day: keptAs } });
  expect(opened.incoming.isDayWrong).toBe(keptAs === day ? undefined : true);
});

it('a message that fails for an unforeseen reason is refused, and stops no other', () => {
  const contract: Contract = grantAwarded;
  const incoming = { contract, contractName: contract.name, day: TODAY, envelope: new Uint8Array() };
  const failing = (error: Error) => ({
    open: () => {
      throw error;
    },
  });
  expect(openMessage(failing(new RangeError('out of range')), incoming, TODAY)).toMatchObject({
    kind: 'refused',
    code: 'handler-failed',
  });
  const disk = Object.assign(new Error('the disk is away'), { syscall: 'open', code: 'EIO' });
  expect(() => openMessage(failing(disk), incoming, TODAY)).toThrow(disk);
});

it('a message is expected to be of the contract of its topic, whole, whatever its envelope says', () => {
  for (const contract of catalogue as readonly Contract[]) {
    const asked: unknown[] = [];
    const opener = {
      open: (...all: unknown[]) => {
        asked.push(all);
        throw new SealingError('wrong-contract');
      },
    };
    const envelope = Uint8Array.of(1, 2);
    const { name, version, producer } = contract;
    const incoming = { contract, contractName: name, day: '2026-11-20', envelope };
    expect(openMessage(opener, incoming, TODAY)).toEqual({ kind: 'refused', code: 'wrong-contract', incoming });
    expect(asked).toEqual([[{ contract: name, version, producer, day: '2026-11-20' }, envelope]]);
  }
});

it('a message whose key is destroyed is expired from its eighth day on, however much later, and parked before', () => {
  const contract: Contract = grantAwarded;
  const opener = {
    open: () => {
      throw new SealingError('key-destroyed');
    },
  };
  for (const age of [-2, 0, 1, 6, 7, 8, 9, 10, 11, 30, 365, 3_650]) {
    const day = new Date(Date.parse(TODAY) - age * 86_400_000).toISOString().slice(0, 10);
    const incoming = { contract, contractName: contract.name, day, envelope: new Uint8Array() };
    const { kind } = openMessage(opener, incoming, TODAY);
    expect([age, kind]).toEqual([age, age >= 8 ? 'expired' : 'refused']);
  }
});
