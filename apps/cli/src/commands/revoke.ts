import type { Command } from 'commander';

import { formOf, servicesNamed } from '../arguments.js';
import { cityCommand } from '../city-command.js';
import type { CityOptions } from '../city-file.js';
import { City } from '../city.js';
import { OperateProblem } from '../problem.js';

const lists = ['staff', 'devices'] as const;

/** Revokes an enrolled key of staff or of a device. Identity keys of services are another matter: `keys revoke`. */
export function addRevoke(program: Command): void {
  cityCommand(program, 'revoke', 'revokes an enrolled key of staff or of a device, for ever')
    .argument('<service>', 'the service that accepts the key; devices are enrolled at intake')
    .argument('<list>', lists.join(' or '))
    .argument('<name>', 'the name of the key', formOf('key'))
    .action(async (service: string, list: string, name: string, options: CityOptions) => {
      const [one] = servicesNamed([service]);
      if (one === undefined || !lists.some((each) => each === list)) {
        throw new OperateProblem('bad-option', `not a valid <list>: ${lists.join(' or ')}`);
      }
      const wish = { path: '/v1/operations/keys/revoke', content: { list, name }, role: 'operator' } as const;
      const { revoked } = await City.open(options).askAnyOf<{ revoked: boolean }>(one, wish);
      if (!revoked) throw new OperateProblem('refused', `${name} is not enrolled there, or is revoked already`);
      console.log(`${service}: ${name} is revoked.`);
    });
}
