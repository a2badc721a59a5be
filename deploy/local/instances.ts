import { type Service, services } from '#libs/contracts';

import { type App, apps } from './apps.js';
import { freePort } from './ports.js';
import { internalPortOf, type Ports } from './settings.js';

/** The number of processes of each service; the default is one. There is always one rail simulator. */
export type InstanceCounts = Readonly<Partial<Record<Service, number>>>;

export const twoOfEach: InstanceCounts = Object.fromEntries(services.map((service) => [service, 2]));

/** One process of an app. The first has the app's name, `payments`, and the app's port; the second is `payments-2`. */
export interface Instance {
  readonly app: App;
  readonly number: number;
  readonly name: string;
  readonly port: number;
  /** The port for health reports: the internal listener of a service, the only listener of the simulator. */
  readonly internalPort: number;
}

export async function instancesOf(wanted: readonly App[], ports: Ports, counts: InstanceCounts): Promise<Instance[]> {
  const found: Instance[] = [];
  for (const app of apps.filter((each) => wanted.includes(each))) {
    const internalPort = ports[app === 'rail-simulator' ? app : internalPortOf(app)];
    found.push({ app, number: 1, name: app, port: ports[app], internalPort });
    const count = app === 'rail-simulator' ? 1 : (counts[app] ?? 1);
    for (let number = 2; number <= count; number += 1) {
      const used = [...Object.values(ports), ...found.flatMap((each) => [each.port, each.internalPort])];
      const port = await unusedPort(used);
      found.push({ app, number, name: `${app}-${number}`, port, internalPort: await unusedPort([...used, port]) });
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
