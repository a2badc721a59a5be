import { resolve } from 'node:path';
import type { Command } from 'commander';

import { dayNumbered, dayOf, keyLife, type Service } from '#libs/contracts';
import {
  FileKeyring,
  keyringLayout,
  pinsIn,
  SealingError,
  type IdentityPins,
  type KeyringDescription,
} from '#libs/sealing';

import { servicesNamed } from '../arguments.js';
import { cityCommand } from '../city-command.js';
import { cliConfig } from '../config.js';
import { OperateProblem } from '../problem.js';
import type { CityOptions } from '../city-file.js';

interface OpenedKeyring {
  readonly keyring: FileKeyring;
  readonly pins: IdentityPins;
}

const WHERE =
  '\nRuns where the keyring lies: on the files of --root, or with KEYRING_PRIVATE, KEYRING_PUBLIC, KEYRING_REPLICA' +
  '\nand PINNED_IDENTITIES as the service has them. Running services notice by themselves.';

/** Identity keys are changed where the keyring lies; no service can be told to over the network. */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('identity keys of services, and the days and nights that have keys');
  cityCommand(keys, 'show', 'names, days and nights; no byte of a key')
    .argument('[services...]', 'which; all of them by default')
    .addHelpText('after', WHERE)
    .action(async (names: readonly string[], options: CityOptions) => {
      for (const service of servicesNamed(names)) {
        const { keyring } = await open(service, options);
        console.log(textOf(service, keyring.describe()));
      }
    });
  keyCommand(keys, 'rotate', 'makes a new identity key; the one before stays valid for what it has signed', false);
  keyCommand(keys, 'retire', 'takes an old identity key away, once nothing that it has signed is alive', true);
  keyCommand(keys, 'renew-copy', 'makes the second copy anew, where it is lost and not only unplugged', false);
  keyCommand(keys, 'revoke', 'takes a compromised identity key away at once', true);
}

type Deed = 'rotate' | 'retire' | 'renew-copy' | 'revoke';

function keyCommand(keys: Command, name: Deed, description: string, isOfOne: boolean): void {
  const command = cityCommand(keys, name, description).argument('<service>', 'whose');
  if (isOfOne) command.argument('<key>', 'its name, as `keys show` tells it');
  command.addHelpText('after', WHERE).action(async (service: string, ...rest: unknown[]) => {
    const key = isOfOne ? String(rest[0]) : '';
    const options = rest[isOfOne ? 1 : 0] as CityOptions;
    const [one] = servicesNamed([service]);
    if (one === undefined) throw new Error('named by nothing');
    const opened = await open(one, options);
    console.log(await expected(() => carryOut(name, one, { ...opened, key })));
  });
}

async function carryOut(
  name: Deed,
  service: Service,
  { keyring, pins, key }: OpenedKeyring & { readonly key: string },
): Promise<string> {
  const today = dayOf(new Date());
  switch (name) {
    case 'rotate':
      return `${service}: ${await keyring.rotateIdentity(today, pins)} signs from now on`;
    case 'retire':
      await keyring.retireIdentity(key, today, pins);
      return `${service}: ${key} is gone`;
    case 'renew-copy':
      await keyring.renewReplica();
      return `${service}: both copies are ${keyring.replicas()}`;
    case 'revoke':
      await keyring.revokeIdentity(key, today, pins);
      return `${service}: ${key} counts no more. What it has signed is signed anew by: amparo republish ${service}`;
  }
}

/** What a keyring refuses is told in its sentence. */
async function expected<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof SealingError ? new OperateProblem('refused', error.message) : error;
  }
}

function open(service: Service, options: CityOptions): Promise<OpenedKeyring> {
  const {
    keyringPrivate: privateDir,
    keyringPublic: publicRoot,
    pinnedIdentities: pinned,
    keyringReplica,
  } = cliConfig();
  const layout = keyringLayout(resolve(options.root));
  const isGiven = privateDir !== undefined && publicRoot !== undefined && pinned !== undefined;
  const folders = isGiven
    ? { privateDir, publicRoot, replicaDir: keyringReplica }
    : {
        privateDir: layout.privateDir(service),
        publicRoot: layout.publicRoot,
        replicaDir: layout.replicaDir(service),
      };
  return expected(async () => ({
    keyring: await FileKeyring.open({ service, life: keyLife, ...folders }),
    pins: pinsIn(isGiven ? pinned : layout.pinnedIdentities),
  }));
}

function textOf(service: Service, { identities, revoked, days, nights, replicas }: KeyringDescription): string {
  return [
    `${service}:`,
    ...identities.map(({ keyId, signs, replacedOn, mayGoOn }) =>
      signs ? `  ${keyId} signs` : `  ${keyId} replaced on ${replacedOn}, may be retired from ${mayGoOn}`,
    ),
    ...revoked.map(({ keyId, revokedOn }) => `  ${keyId} revoked on ${revokedOn}`),
    `  keys of days: ${days === undefined ? 'none' : `${days.first} to ${days.last}, ${days.count}`}`,
    `  keys of nights: ${nights.length === 0 ? 'none' : nights.map(dayNumbered).join(', ')}`,
    `  second copy: ${replicas}`,
  ].join('\n');
}
