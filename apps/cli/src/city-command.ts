import { resolve } from 'node:path';
import { Command, Option } from 'commander';

import type { CityOptions } from './city-file.js';

/** Where `npm start` keeps a system by default: beside dist/, relative to this file. */
const localSystem = resolve(import.meta.dirname, '..', '..', '..', '..', '.local');

/** Adds a command that needs a city. */
export function cityCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .addOption(new Option('--root <folder>', 'folder of the system that npm start runs').default(localSystem, '.local'))
    .option('--city <file>', 'file with the services and keys of another city');
}

/** Adds a command that a chosen key signs. */
export function signedCommand(parent: Command, name: string, description: string): Command {
  return cityCommand(parent, name, description).requiredOption('--as <name>', 'name of the key that signs');
}

export type SignedOptions = CityOptions & { readonly as: string };
