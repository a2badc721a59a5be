import { resolve } from 'node:path';

import { services, type Service } from '#libs/contracts';
import { signatureHeaders, type DeviceSigner } from '#libs/household';
import { importPrivateKey, signEd25519 } from '#libs/sealing';
import type { StaffRole } from '#libs/service';

import { readCityFile, type CityOptions, type StaffKey, type Urls } from './city-file.js';
import { OperateProblem } from './problem.js';

/** One running process of a service. */
export interface Instance {
  readonly service: Service;
  /** `payments`, or `payments#2` for the second of several. */
  readonly name: string;
  readonly url: string;
}

const ANSWER_WITHIN_MS = 30_000;

/** A city that runs: its services, and the keys that whoever gives the command has. */
export class City {
  private constructor(
    readonly instances: readonly Instance[],
    private readonly staff: readonly StaffKey[],
    private readonly now: () => Date,
  ) {}

  /** @throws OperateProblem `not-running`, `bad-city` */
  static open(options: CityOptions): City {
    const { services: urls, staff, now } = readCityFile(absolute(options));
    return new City(instancesOf(urls), staff, now);
  }

  /** The processes of some services, of all when none is named. @throws OperateProblem `bad-option` */
  of(names: readonly string[]): readonly Instance[] {
    const unknown = names.find((name) => !services.some((service) => service === name));
    if (unknown !== undefined) throw new OperateProblem('bad-option', `services: ${services.join(', ')}`);
    return this.instances.filter(({ service }) => names.length === 0 || names.includes(service));
  }

  /** One process of each service: enough for what is asked of the service and not of a process. */
  oneOf(names: readonly string[]): readonly Instance[] {
    return [...Map.groupBy(this.of(names), ({ service }) => service).values()].flatMap(([first]) => first ?? []);
  }

  /** The first process of a service. @throws OperateProblem `bad-option`, `bad-city` */
  one(service: string): Instance {
    const [first] = this.oneOf([service]);
    if (first === undefined) throw new OperateProblem('bad-city', `no ${service}`);
    return first;
  }

  /**
   * Sends a signed request.
   *
   * @param as the name of a key; by default the only one that has the role at this service
   * @throws OperateProblem `no-key`, `not-reached`, `refused`
   */
  async ask<T>({ service, url, name }: Instance, { path, content = {}, role, as }: Wish): Promise<T> {
    const own = this.staff.filter((each) => each.service === service && each.role === role);
    const person = as === undefined ? (own.length === 1 ? own[0] : undefined) : own.find((each) => each.name === as);
    if (person === undefined) {
      const known = own.map((each) => each.name).join(', ');
      throw new OperateProblem('no-key', known === '' ? `no ${role} of ${service}` : `--as ${known}`);
    }
    const body = JSON.stringify(content);
    const headers = await signatureHeaders(
      { method: 'POST', path, body },
      signerOf(person),
      Math.floor(this.now().getTime() / 1000),
    );
    const answer = await reach(name, `${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const said = (await answer.json().catch(() => ({}))) as T & { title?: string };
    if (!answer.ok) throw new OperateProblem('refused', `${name}: ${said.title ?? answer.status}`);
    return said;
  }

  /** Sends what is asked of the service and not of a process: to whichever of its processes answers. @throws as `ask` */
  async askAnyOf<T>(service: Service, wish: Wish): Promise<T> {
    const problems: OperateProblem[] = [];
    for (const instance of this.of([service])) {
      try {
        return await this.ask<T>(instance, wish);
      } catch (error) {
        if (!(error instanceof OperateProblem && error.code === 'not-reached')) throw error;
        problems.push(error);
      }
    }
    throw problems[0] ?? new OperateProblem('not-reached', service);
  }

  /** What any process of a service says of it; undefined when none answers. */
  async healthOfAny(service: Service): Promise<Health | undefined> {
    for (const instance of this.of([service])) {
      const health = await this.health(instance);
      if (health !== undefined) return health;
    }
    return undefined;
  }

  /** Reads what is shown to anybody inside. @throws OperateProblem `not-reached`, `refused` */
  async read<T>({ name, url }: Instance, path: string): Promise<T> {
    const answer = await reach(name, `${url}${path}`, {});
    if (!answer.ok) throw new OperateProblem('refused', `${name}: ${answer.status}`);
    return (await answer.json()) as T;
  }

  /** What a process says of itself; undefined when it does not answer. */
  async health({ name, url }: Instance): Promise<Health | undefined> {
    try {
      const answer = await reach(name, `${url}/health/ready`, {});
      return (await answer.json()) as Health;
    } catch {
      return undefined;
    }
  }
}

export interface Wish {
  readonly path: string;
  readonly content?: object;
  readonly role: StaffRole;
  readonly as?: string | undefined;
}

export interface Health {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, boolean | number | string>>;
}

/** Paths as the terminal means them. */
export function absolute({ root, city }: CityOptions): CityOptions {
  return { root: resolve(root), ...(city === undefined ? {} : { city: resolve(city) }) };
}

function signerOf({ name, seed }: StaffKey): DeviceSigner {
  const key = importPrivateKey('ed25519', Buffer.from(seed, 'base64url'));
  return { keyId: name, sign: (message) => Promise.resolve(signEd25519(key, message)) };
}

function instancesOf(urls: Urls): readonly Instance[] {
  return services.flatMap((service) => {
    const all = [urls[service] ?? []].flat();
    return all.map((url, at) => ({ service, url, name: at === 0 ? service : `${service}#${at + 1}` }));
  });
}

async function reach(name: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch {
    throw new OperateProblem('not-reached', name);
  }
}
