import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { services, type Service } from '#libs/contracts';
import { signatureHeaders } from '#libs/household';
import type { StaffRole } from '#libs/service';

import { staffFile, type LocalStaff } from '../local/enrolment.js';
import { placeAt } from '../local/place.js';
import { runningSystem } from '../local/running.js';
import { signerFrom } from '../local/signer.js';
import { timeIn } from '../local/test-clock.js';
import { OperateProblem } from './problem.js';

/** Where every command finds the services and the keys of those who sign. */
export interface CityOptions {
  /** A folder in which `npm start` keeps a system. */
  readonly root: string;
  /** A file that names the services of another city: see README.md. */
  readonly city?: string;
}

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
    private readonly staff: readonly LocalStaff[],
    private readonly now = () => new Date(),
  ) {}

  /** @throws OperateProblem `not-running`, `bad-city` */
  static open({ root, city }: CityOptions): City {
    return city === undefined ? City.local(resolve(root)) : City.described(resolve(city));
  }

  private static local(root: string): City {
    const place = placeAt(root);
    const system = runningSystem(place.running);
    if (system === undefined) throw new OperateProblem('not-running', root);
    return new City(instancesOf(system.instances), staffOf(staffFile(place)), () => timeIn(place));
  }

  private static described(file: string): City {
    let described: { services?: Urls; staff?: string };
    try {
      described = JSON.parse(readFileSync(file, 'utf8')) as typeof described;
    } catch {
      throw new OperateProblem('bad-city', file);
    }
    const { services: urls, staff } = described;
    if (urls === undefined) throw new OperateProblem('bad-city', file);
    return new City(instancesOf(urls), staff === undefined ? [] : staffOf(join(dirname(file), staff)));
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
    const signer = signerFrom(person.name, person.seed);
    const headers = await signatureHeaders(
      { method: 'POST', path, body },
      signer,
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

type Urls = Readonly<Partial<Record<string, string | readonly string[]>>>;

function instancesOf(urls: Urls): readonly Instance[] {
  return services.flatMap((service) => {
    const all = [urls[service] ?? []].flat();
    return all.map((url, at) => ({ service, url, name: at === 0 ? service : `${service}#${at + 1}` }));
  });
}

function staffOf(file: string): readonly LocalStaff[] {
  if (!existsSync(file)) return [];
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LocalStaff[];
  } catch {
    throw new OperateProblem('bad-city', file);
  }
}

async function reach(name: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch {
    throw new OperateProblem('not-reached', name);
  }
}
