import { describe, expect, it } from '@jest/globals';
import {
  catalogue,
  aclsFor,
  businessKey,
  clocks,
  ContractError,
  contractsFrom,
  contractsTo,
  decodePayload,
  encodePayload,
  grantClosed,
  message,
  sealedCatalogue,
  services,
  topicConfigs,
  type Contract,
  type Outgoing,
} from './index.js';
import { examples } from '../test/examples.js';

const every: readonly (Contract | (typeof sealedCatalogue)[number])[] = [...catalogue, ...sealedCatalogue];

describe('the catalogue', () => {
  it('gives each topic one producer and another consumer', () => {
    expect(new Set(catalogue.map((contract) => contract.topic)).size).toBe(catalogue.length);
    for (const contract of catalogue as readonly Contract[]) {
      expect(contract.topic).toBe(`${contract.name}.v${contract.version}`);
      expect(contract.name.startsWith(`${contract.producer}.`)).toBe(true);
      expect(contract.consumer).not.toBe(contract.producer);
    }
  });

  it('lets handled keys outlive every outbox by a day, so that no replay meets a forgotten key', () => {
    for (const contract of catalogue) {
      expect(clocks.handledDays).toBeGreaterThanOrEqual(contract.clocks.outboxDays + 1);
      expect(contract.clocks.republishDays).toBeLessThan(contract.clocks.outboxDays);
      expect(contract.clocks.topicRetentionDays).toBeGreaterThan(contract.clocks.outboxDays);
    }
  });

  it.each(every.map((contract) => [contract.name, contract] as const))(
    '%s: its largest example fits into the fixed size and comes back equal',
    (name, contract) => {
      const example = examples[name];
      expect(example).toBeDefined();
      const bytes = encodePayload(contract, example as never);
      expect(bytes.length).toBe(contract.sizeBytes);
      expect(JSON.parse(JSON.stringify(decodePayload(contract, bytes)))).toEqual(example);
    },
  );

  it.each(every.map((contract) => [contract.name, contract] as const))(
    '%s: one byte more or less, or an unknown field, is refused',
    (name, contract) => {
      const bytes = encodePayload(contract, examples[name] as never);
      expect(codeOf(() => decodePayload(contract, bytes.subarray(1)))).toBe('wrong-size');
      expect(codeOf(() => decodePayload(contract, Uint8Array.from([...bytes, 0x20])))).toBe('wrong-size');
      expect(codeOf(() => encodePayload(contract, { ...examples[name], extra: 1 } as never))).toBe('unknown-field');
    },
  );
});

describe('what is generated from it', () => {
  it('topics are never compacted and outlive their keys', () => {
    for (const { config } of topicConfigs({ partitions: 4 })) {
      expect(config['cleanup.policy']).toBe('delete');
      expect(config['retention.ms']).toBe('864000000');
      expect(config['segment.ms']).toBe('43200000');
    }
  });

  it('every write and read right belongs to exactly one service', () => {
    const rules = services.flatMap((service) => aclsFor(service));
    const rights = rules.filter((rule) => rule.resource === 'topic').map((rule) => `${rule.operation} ${rule.name}`);
    expect(rights.length).toBe(catalogue.length * 2);
    expect(new Set(rights).size).toBe(rights.length);
  });

  it('names the producer and the consumer of each contract once', () => {
    expect(services.flatMap((service) => contractsFrom(service)).length).toBe(catalogue.length);
    expect(services.flatMap((service) => contractsTo(service)).length).toBe(catalogue.length);
  });
});

describe('types', () => {
  it('a wrong producer, consumer or field does not compile', () => {
    const grant = 'A'.repeat(43);
    const fine: Outgoing<'payments'> = message(grantClosed, '2026-11-01', { grant, ended: 'paid' });
    expect(businessKey(fine.contract, fine.payload)).toBe(`["${grant}"]`);
    // @ts-expect-error eligibility is not the producer of this contract
    const producer: Outgoing<'eligibility'> = fine;
    // @ts-expect-error the contract has no such field
    const field: Outgoing<'payments'> = message(grantClosed, '2026-11-01', { grant, ended: 'paid', name: 'x' });
    // @ts-expect-error the contract has no such value
    const value: Outgoing<'payments'> = message(grantClosed, '2026-11-01', { grant, ended: 'lost' });
    expect([producer, field, value].length).toBe(3);
  });
});

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ContractError) return error.code;
    throw error;
  }
  return 'no error';
}
