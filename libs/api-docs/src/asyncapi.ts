import { catalogue, DAY_MS, services, type Contract, type Service } from '#libs/contracts';
import { referenceTo, schemasOf } from './json-schema.js';

/** An AsyncAPI document. `@asyncapi/parser` checks it by AsyncAPI's own schema. */
export type AsyncApiDocument = Readonly<Record<string, unknown>>;

const contracts: readonly Contract[] = catalogue;

/** AsyncAPI 3 of every topic: the content of a record after its envelope was opened, its sender and its reader. */
export function asyncApiDocument(version: string): AsyncApiDocument {
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Amparo: messages between services',
      version,
      description:
        'One topic is one contract: one producer, one consumer, one payload that the consumer needs in full. ' +
        'On Kafka every payload is padded to one size, sealed to the day key of its consumer and signed by its ' +
        'producer. Records have no key and no headers of Kafka.',
    },
    defaultContentType: 'application/octet-stream',
    channels: Object.fromEntries(contracts.map((contract) => [idOf(contract), channelOf(contract)])),
    operations: Object.fromEntries(contracts.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(contracts.map((contract) => [idOf(contract), messageOf(contract)])),
      schemas: schemasOf(contracts.map(({ payload }) => payload)),
      tags: Object.fromEntries(services.map((service) => [service, { name: service }])),
    },
  };
}

/** `eligibility.grant-awarded` version 1 gives `eligibilityGrantAwardedV1`: ids have no points in AsyncAPI. */
function idOf({ name, version }: Contract): string {
  return `${name.replaceAll(/[.-]([a-z])/g, (_, letter: string) => letter.toUpperCase())}V${version}`;
}

function channelOf(contract: Contract): object {
  const { topic, purpose, clocks } = contract;
  return {
    address: topic,
    description: purpose,
    messages: { [idOf(contract)]: { $ref: `#/components/messages/${idOf(contract)}` } },
    bindings: {
      kafka: {
        topic,
        topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': clocks.topicRetentionDays * DAY_MS },
        bindingVersion: '0.5.0',
      },
    },
  };
}

function operationsOf(contract: Contract): readonly (readonly [string, object])[] {
  const operation = (action: 'send' | 'receive', service: Service): object => ({
    action,
    channel: { $ref: `#/channels/${idOf(contract)}` },
    summary: `${service} ${action === 'send' ? 'sends' : 'receives'} it, to ${contract.purpose}.`,
    tags: [{ $ref: `#/components/tags/${service}` }],
    messages: [{ $ref: `#/channels/${idOf(contract)}/messages/${idOf(contract)}` }],
  });
  return [
    [`send${capital(idOf(contract))}`, operation('send', contract.producer)],
    [`receive${capital(idOf(contract))}`, operation('receive', contract.consumer)],
  ];
}

function messageOf({ name, uniqueBy, versionRule, clocks, sizeBytes, payload, topic }: Contract): object {
  return {
    name,
    title: topic,
    contentType: 'application/json',
    payload: referenceTo(payload),
    'x-size-bytes': sizeBytes,
    'x-unique-by': uniqueBy,
    'x-version-rule': versionRule,
    'x-unreadable-after-days': clocks.outboxDays,
    'x-republished-within-days': clocks.republishDays,
  };
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
