import { resolve } from 'node:path';

import { services, type Service } from '#libs/contracts';
import { staffSignatureHeaders, type DeviceSigner } from '#libs/household';
import { importPrivateKey, signEd25519 } from '#libs/sealing';
import { isInternalPath, type HealthReport, type StaffRole } from '#libs/service';

import { readCityFile, type CityOptions, type StaffKey, type Urls } from './city-file.js';
import { servicesNamed } from './arguments.js';
import { OperateProblem, Refusal } from './problem.js';

/** One running process of a service. */
export interface Instance {
  readonly service: Service;
  /** `payments`, or `payments#2` for the second of several. */
  readonly name: string;
  /** The address for staff. */
  readonly url: string;
  /** The address for operators and custodians, and for health reports. */
  readonly internalUrl: string;
}

const STATUS_PATH = '/v1/operations/status';
const ANSWER_WITHIN_MS = 30_000;

/** A running city: its services, and the keys that the user has. */
export class City {
  private constructor(
    readonly instances: readonly Instance[],
    private readonly staff: readonly StaffKey[],
    readonly now: () => Date,
  ) {}

  /** @throws OperateProblem `not-running`, `bad-city` */
  static open(options: CityOptions): City {
    const { services: urls, internal, staff, now } = readCityFile(absolute(options));
    return new City(instancesOf(urls, internal), staff, now);
  }

  /**
   * The processes of the named services; of all services of the city if none is named.
   *
   * @throws OperateProblem `bad-option`; `bad-city` for a service that the city's file does not have
   */
  of(names: readonly string[]): readonly Instance[] {
    const named = servicesNamed(names);
    const missing = named.find((each) => this.instances.every(({ service }) => service !== each));
    if (names.length > 0 && missing !== undefined) throw new OperateProblem('bad-city', `no ${missing}`);
    return this.instances.filter(({ service }) => named.includes(service));
  }

  /** One process of each service, for requests that concern the service and not a process. */
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
  async ask<T>({ service, url, internalUrl, name }: Instance, wish: Wish): Promise<T> {
    const { method = 'POST', path, content = {}, role, as } = wish;
    const own = this.staff.filter((each) => each.service === service && each.role === role);
    const person = as === undefined ? (own.length === 1 ? own[0] : undefined) : own.find((each) => each.name === as);
    if (person === undefined) {
      throw new OperateProblem('no-key', this.neededKey(service, role, as));
    }
    const body = method === 'GET' ? '' : JSON.stringify(content);
    const createdSeconds = Math.floor(this.now().getTime() / 1000);
    const headers = await staffSignatureHeaders({ method, path, body }, signerOf(person), { createdSeconds, service });
    const answer = await reach(name, `${isInternalPath(path) ? internalUrl : url}${path}`, {
      method,
      headers: { ...(method === 'GET' ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(method === 'GET' ? {} : { body }),
    });
    const answered = (await answer.json().catch(() => ({}))) as T & Refused;
    if (!answer.ok) throw new Refusal(`${name}: ${sentenceOf(answered, answer.status)}`, answered.code);
    return answered;
  }

  /** The first key with the role at a service, for what any of them may read. */
  keyFor(service: Service, role: StaffRole): string | undefined {
    return this.staff.find((each) => each.service === service && each.role === role)?.name;
  }

  /** A hint that names the keys which could sign. */
  private neededKey(service: Service, role: StaffRole, as: string | undefined): string {
    const known = this.staff.filter((each) => each.service === service && each.role === role).map(({ name }) => name);
    const needed =
      known.length === 0
        ? `there is no key with the role ${role} at ${service}`
        : `the command needs the role ${role}: --as ${known.join(', ')}`;
    const other = this.staff.find(({ name }) => name === as);
    return other === undefined ? needed : `${other.name} has the role ${other.role} at ${other.service}; ${needed}`;
  }

  /**
   * Sends a request that concerns the service and not a process, to the first of its processes that answers.
   *
   * @throws as `ask`
   */
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

  /** The health report of the first process of a service that answers; undefined if none answers. */
  async healthOfAny(service: Service): Promise<Health | undefined> {
    for (const instance of this.of([service])) {
      const health = await this.health(instance);
      if (health !== undefined) return health;
    }
    return undefined;
  }

  /**
   * The health report of a process; undefined if it does not answer. Exact counts need the key of an operator and a
   * database that answers. Without them the report has states alone.
   */
  async health(instance: Instance): Promise<Health | undefined> {
    return (await this.look(instance)).health;
  }

  /** As `health`, with the reason why the report has no counts or does not exist. */
  async look(instance: Instance): Promise<Look> {
    const operator = this.staff.find(({ service, role }) => service === instance.service && role === 'operator');
    try {
      return { health: await this.ask<Health>(instance, { path: STATUS_PATH, role: 'operator', as: operator?.name }) };
    } catch (error) {
      return { health: await this.states(instance), why: error instanceof OperateProblem ? error : undefined };
    }
  }

  private async states({ name, internalUrl }: Instance): Promise<Health | undefined> {
    try {
      const answer = await reach(name, `${internalUrl}/health/ready`, {});
      return (await answer.json()) as Health;
    } catch {
      return undefined;
    }
  }
}

/** What a command sees of a process. */
export interface Look {
  /** Undefined if the process does not answer. */
  readonly health: Health | undefined;
  /** Why there are no counts. */
  readonly why?: OperateProblem | undefined;
}

export interface Wish {
  /** The default is `POST`. */
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly content?: object;
  readonly role: StaffRole;
  readonly as?: string | undefined;
}

interface Refused {
  readonly title?: string;
  readonly code?: string;
  /** With `wrong-clock`. A person reads it; the command never signs by it. */
  readonly now?: string;
}

function sentenceOf({ title, now }: Refused, status: number): string {
  return `${title ?? status}${now === undefined ? '' : ` It is ${now}.`}`;
}

export type Health = HealthReport;

/** Resolves paths against the current folder. */
export function absolute({ root, city }: CityOptions): CityOptions {
  return { root: resolve(root), ...(city === undefined ? {} : { city: resolve(city) }) };
}

function signerOf({ name, seed }: StaffKey): DeviceSigner {
  const key = importPrivateKey('ed25519', Buffer.from(seed, 'base64url'));
  return { keyId: name, sign: (message) => Promise.resolve(signEd25519(key, message)) };
}

/** @throws OperateProblem `bad-city` if a process has no internal address */
function instancesOf(urls: Urls, internal: Urls): readonly Instance[] {
  return services.flatMap((service) => {
    const [all, inside] = [urls, internal].map((each) => [each[service] ?? []].flat()) as [string[], string[]];
    return all.map((url, at) => {
      const [name, internalUrl] = [at === 0 ? service : `${service}#${at + 1}`, inside[at]];
      if (internalUrl === undefined) throw new OperateProblem('bad-city', `${name} has no internal address`);
      return { service, url, internalUrl, name };
    });
  });
}

/** The codes of OpenSSL and Node for a certificate of another authority, of another host, or that has ended. */
function isDistrust(error: unknown): boolean {
  const { code = '' } = ((error as Error).cause ?? {}) as { readonly code?: string };
  return /CERT|ALTNAME|ISSUER|VERIFY/.test(code);
}

async function reach(name: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch (error) {
    throw new OperateProblem(isDistrust(error) ? 'not-trusted' : 'not-reached', name);
  }
}
