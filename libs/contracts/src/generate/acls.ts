import { contractsFrom, contractsTo } from '../catalogue.js';
import type { Contract, Service } from '../core/contract.js';

export type AclOperation = 'read' | 'write' | 'describe';

export interface AclRule {
  readonly principal: string;
  readonly resource: 'topic' | 'group';
  readonly name: string;
  readonly operation: AclOperation;
}

/** The consumer group of a service: one per service, so that its instances share the work. */
export function groupOf(service: Service): string {
  return service;
}

/**
 * The rights of a service on the broker: write the topics that it produces, read those that it consumes, and commit its
 * own offsets.
 */
export function aclsFor(service: Service): readonly AclRule[] {
  const principal = `User:${service}`;
  const rule = (resource: AclRule['resource'], name: string, operation: AclOperation): AclRule => ({
    principal,
    resource,
    name,
    operation,
  });
  // Kafka grants "describe" along with read or write, so it needs no rule of its own.
  return [
    ...contractsFrom(service).map((contract: Contract) => rule('topic', contract.topic, 'write')),
    ...contractsTo(service).map((contract: Contract) => rule('topic', contract.topic, 'read')),
    rule('group', groupOf(service), 'read'),
  ];
}
