import { type Service, services } from '#libs/contracts';

import { type App, apps } from './apps.js';
import { freePort } from './ports.js';
import type { Ports } from './settings.js';

/** How many processes of each service run, one unless told otherwise. The stand-in for the outside is always one. */
export type InstanceCounts = Readonly<Partial<Record<Service, number>>>;

export const twoOfEach: InstanceCounts = Object.fromEntries(services.map((service) => [service, 2]));

/** One process of an app. The first is called by the app's name, `payments`, and has its port; then `payments-2`. */
export interface Instance {
  readonly app: App;
  readonly number: number;
  readonly name: string;
  readonly port: number;
}

export async function instancesOf(wanted: readonly App[], ports: Ports, counts: InstanceCounts): Promise<Instance[]> {
  const found: Instance[] = [];
  for (const app of apps.filter((each) => wanted.includes(each))) {
    found.push({ app, number: 1, name: app, port: ports[app] });
    const count = app === 'rail-simulator' ? 1 : (counts[app] ?? 1);
    for (let number = 2; number <= count; number += 1) {
      found.push({
        app,
        number,
        name: `${app}-${number}`,
        port: await unusedPort([...Object.values(ports), ...found.map(({ port }) => port)]),
      });
    }
  }
  return found;
}

async function unusedPort(used: readonly number[]): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (!used.includes(port)) return port;
  }
}
