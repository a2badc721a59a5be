import type { AclRule } from '#libs/contracts';
import kafkajs, { type AclEntry, type Admin } from 'kafkajs';

import { inForce, untilTrue } from './until.js';

// Node cannot import these by name from the client's CommonJS.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const OPERATIONS = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  describe: AclOperationTypes.DESCRIBE,
} as const;

type Rules = ReadonlyMap<string, AclEntry>;

/**
 * Gives the broker these rules and waits until it enforces them. The broker answers before its authorizer has read a
 * change, and would refuse a service that starts in between.
 * @param isExact removes every other rule of the same principals
 * @throws BusError `rules-not-in-force`
 */
export async function applyRules(admin: Admin, rules: readonly AclRule[], isExact: boolean): Promise<void> {
  const wanted = byName(rules.map(entryOf));
  const principals = new Set(rules.map(({ principal }) => principal));
  const present = await presentRules(admin, principals);
  const stray = isExact ? without(present, wanted) : [];
  const missing = without(wanted, present);
  if (stray.length > 0) await admin.deleteAcls({ filters: stray });
  if (missing.length > 0) await admin.createAcls({ acl: missing });
  const isInForce = async (): Promise<boolean> => {
    const now = await presentRules(admin, principals);
    const isComplete = [...wanted.keys()].every((name) => now.has(name));
    return isComplete && (!isExact || now.size === wanted.size);
  };
  await untilTrue(isInForce, { ...inForce, code: 'rules-not-in-force' });
}

function without(rules: Rules, others: Rules): AclEntry[] {
  return [...rules].filter(([name]) => !others.has(name)).map(([, rule]) => rule);
}

async function presentRules(admin: Admin, principals: ReadonlySet<string>): Promise<Rules> {
  const entries = await everyRule(admin);
  return byName(entries.filter(({ principal }) => principals.has(principal)));
}

/** Reads all rules of the broker. @throws what the client throws, for example for a service: it may not read them */
export async function everyRule(admin: Admin): Promise<readonly AclEntry[]> {
  const { resources } = await admin.describeAcls({
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
  });
  return resources.flatMap(({ acls, ...resource }) => acls.map((acl) => Object.assign({}, resource, acl)));
}

function byName(entries: readonly AclEntry[]): Rules {
  return new Map(
    entries.map((entry) => {
      const { principal, host, operation, permissionType, resourceType, resourceName, resourcePatternType } = entry;
      const parts = [principal, host, operation, permissionType, resourceType, resourceName, resourcePatternType];
      return [parts.join(' '), entry];
    }),
  );
}

function entryOf({ principal, resource, name, operation }: AclRule): AclEntry {
  return {
    principal,
    host: '*',
    resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
    resourceName: name,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    operation: OPERATIONS[operation],
    permissionType: AclPermissionTypes.ALLOW,
  };
}
