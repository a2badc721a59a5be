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
  '\nRuns on the machine of the keyring: with the files of --root, or with the KEYRING_PRIVATE, KEYRING_PUBLIC,' +
  '\nKEYRING_REPLICA and PINNED_IDENTITIES of the service. Running services notice the change themselves.';

/** Identity keys are changed on the machine of the keyring. No service accepts a change over the network. */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('identity keys of services, and the days and nights with keys');
  cityCommand(keys, 'show', 'shows names, days and nights, and no byte of a key')
    .argument('[services...]', 'the services; all by default')
    .addHelpText('after', WHERE)
    .action(async (names: readonly string[], options: CityOptions) => {
      for (const service of servicesNamed(names)) {
        const { keyring } = await open(service, options);
        console.log(textOf(service, keyring.describe()));
      }
    });
  keyCommand(keys, 'rotate', 'makes a new identity key; the previous key stays valid for what it signed', false);
  keyCommand(keys, 'retire', 'removes an old identity key after everything that it signed has expired', true);
  keyCommand(keys, 'renew-copy', 'makes a new second copy, if the old one is lost and not only unplugged', false);
  keyCommand(keys, 'revoke', 'revokes a compromised identity key at once', true);
}

type Deed = 'rotate' | 'retire' | 'renew-copy' | 'revoke';

function keyCommand(keys: Command, name: Deed, description: string, isOfOne: boolean): void {
  const command = cityCommand(keys, name, description).argument('<service>', 'the service');
  if (isOfOne) command.argument('<key>', 'the name of the key, as `keys show` prints it');
  command.addHelpText('after', WHERE).action(async (service: string, ...rest: unknown[]) => {
    const key = isOfOne ? String(rest[0]) : '';
    const options = rest[isOfOne ? 1 : 0] as CityOptions;
    const [one] = servicesNamed([service]);
    if (one === undefined) throw new Error('no service is named');
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
      return `${service}: ${key} is retired`;
    case 'renew-copy':
      await keyring.renewReplica();
      return `${service}: both copies are ${keyring.replicas()}`;
    case 'revoke':
      await keyring.revokeIdentity(key, today, pins);
      return `${service}: ${key} is revoked. To sign its messages again: amparo republish ${service}`;
  }
}

/** Turns an error of the keyring into a refusal with the same sentence. */
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
    `  day keys: ${days === undefined ? 'none' : `${days.first} to ${days.last}, ${days.count}`}`,
    `  row keys of nights: ${nights.length === 0 ? 'none' : nights.map(dayNumbered).join(', ')}`,
    `  second copy: ${replicas}`,
  ].join('\n');
}
