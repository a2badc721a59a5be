import { describe, expect, it } from '@jest/globals';

import { apps, type App } from './apps.js';
import { instancesOf, twoOfEach } from './instances.js';
import { portsFrom } from './settings.js';

const ports = portsFrom();
const internalPort = (app: App): number => (app === 'rail-simulator' ? ports[app] : ports[`${app}-internal`]);

describe('the instances of a system', () => {
  it('are one of each app, by its name and on its port, unless told otherwise', async () => {
    const instances = await instancesOf(apps, ports, {});
    expect(instances).toEqual(
      apps.map((app) => ({ app, number: 1, name: app, port: ports[app], internalPort: internalPort(app) })),
    );
  });

  it('beyond the first have a name and a port of their own; the outside world is there once', async () => {
    const instances = await instancesOf(apps, ports, twoOfEach);
    expect(instances.map(({ name }) => name)).toEqual([
      'rail-simulator',
      ...['intake', 'eligibility', 'payments', 'notification'].flatMap((name) => [name, `${name}-2`]),
    ]);
    expect(new Set(instances.map(({ port }) => port)).size).toBe(9);
    // Nine main listeners, and an internal listener of each of the eight service processes.
    expect(new Set(instances.flatMap((each) => [each.port, each.internalPort])).size).toBe(17);
    expect(instances.filter(({ number }) => number === 1).map(({ port }) => port)).toEqual(
      apps.map((app) => ports[app]),
    );
  });

  it('are of the wanted apps only', async () => {
    const instances = await instancesOf(['payments'], ports, { payments: 3, intake: 2 });
    expect(instances.map(({ name }) => name)).toEqual(['payments', 'payments-2', 'payments-3']);
  });
});
