import type { Command } from 'commander';
import type { Revocation } from '#libs/service';

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
      const { enrolled, revoked } = await City.open(options).askAnyOf<Revocation>(one, wish);
      if (!enrolled) throw new OperateProblem('refused', `${name} is not enrolled there`);
      console.log(`${service}: ${name} ${revoked ? 'is revoked' : 'was revoked already'}.`);
    });
}
