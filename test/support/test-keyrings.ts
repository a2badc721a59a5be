import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { dayOf, keyLife, serviceSecrets, type Day, type Service } from '#libs/contracts';
import { FileKeyDirectory, FileKeyring, writePinnedIdentities, type PinnedIdentity } from '#libs/sealing';

const services = ['intake', 'eligibility', 'payments', 'notification'] as const;

/** Creates keyrings of all four services in one folder, with every secret, as a set-up does. */
export class TestKeyrings {
  private constructor(
    readonly folder: string,
    private readonly rings: ReadonlyMap<Service, FileKeyring>,
  ) {}

  static async create(today: Day = dayOf(new Date())): Promise<TestKeyrings> {
    const folder = await mkdtemp(join(tmpdir(), 'service-keys-'));
    const rings = new Map<Service, FileKeyring>();
    const pins: Record<string, readonly PinnedIdentity[]> = {};
    for (const service of services) {
      const ring = await FileKeyring.create({
        privateDir: join(folder, service),
        publicRoot: join(folder, 'public'),
        service,
        life: keyLife,
      });
      for (const name of serviceSecrets[service]) await ring.createSecret(name);
      await ring.ensureDayKeys(today);
      rings.set(service, ring);
      pins[service] = ring.identities();
    }
    writePinnedIdentities(join(folder, 'pins.json'), pins);
    return new TestKeyrings(folder, rings);
  }

  ring(service: Service): FileKeyring {
    const ring = this.rings.get(service);
    if (ring === undefined) throw new Error('no keyring');
    return ring;
  }

  directory(): FileKeyDirectory {
    return new FileKeyDirectory({
      publicRoot: join(this.folder, 'public'),
      pinnedIdentitiesPath: join(this.folder, 'pins.json'),
    });
  }

  /** Returns the environment variables about keys for a service. */
  environmentOf(service: Service): Readonly<Record<string, string>> {
    return {
      KEYRING_PRIVATE: join(this.folder, service),
      KEYRING_PUBLIC: join(this.folder, 'public'),
      PINNED_IDENTITIES: join(this.folder, 'pins.json'),
    };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
