import { resolve } from 'node:path';
import { Command, Option } from 'commander';

import type { CityOptions } from './city-file.js';

/** Where `npm start` keeps a system unless told otherwise: beside dist/, from where this file runs. */
const localSystem = resolve(import.meta.dirname, '..', '..', '..', '..', '.local');

/** A command that is told which city is meant. */
export function cityCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .addOption(new Option('--root <folder>', 'where npm start keeps the system').default(localSystem, '.local'))
    .option('--city <file>', 'a file that names the services and keys of another city');
}

/** A command for which it matters who gives it. */
export function signedCommand(parent: Command, name: string, description: string): Command {
  return cityCommand(parent, name, description).requiredOption('--as <name>', 'whose key signs');
}

export type SignedOptions = CityOptions & { readonly as: string };
