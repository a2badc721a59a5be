import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { services, type Service } from '#libs/contracts';
import { isServiceUrl, trustAuthority, type StaffRole } from '#libs/service';

import { OperateProblem } from './problem.js';

/** Where a command finds the services and the signing keys. */
export interface CityOptions {
  /** A folder in which `npm start` keeps a system. */
  readonly root: string;
  /** A file with the services of another city: see README.md. */
  readonly city?: string;
}

/** The addresses of each service's processes. */
export type Urls = Readonly<Partial<Record<string, string | readonly string[]>>>;

/** A key with which a member of staff signs commands to one service. */
export interface StaffKey {
  readonly service: Service;
  readonly name: string;
  readonly role: StaffRole;
  /** Ed25519, 32 bytes, base64url */
  readonly seed: string;
}

/** Access to a broker with the right to make topics and rules. */
export interface BrokerAccess {
  readonly brokers: string;
  readonly username: string;
  readonly password: string;
  /** The PEM file of the authority that signs its certificate; absent: plain text. */
  readonly ca?: string | undefined;
}

/** The content of a city's file. `npm start` writes one into its folder; for another city a person writes it. */
export interface CityFile {
  readonly services: Urls;
  /** The internal listeners, in the same order as `services`. */
  readonly internal: Urls;
  readonly staff: readonly StaffKey[];
  readonly broker: BrokerAccess | undefined;
  /** The time in the city: the machine's, unless a test has moved it. */
  readonly now: () => Date;
}

/** The file as it is written. It names other files by absolute paths, or relative to its folder. */
interface Written {
  readonly services?: Urls;
  readonly internal?: Urls;
  readonly staff?: string;
  readonly broker?: BrokerAccess;
  /** The PEM file of the authority that signs the certificates of the services. */
  readonly ca?: string;
  /** The path of a file with the milliseconds by which the clock is moved. */
  readonly clock?: string;
  /** The process that runs the whole city. After its end the file is not valid. */
  readonly launcher?: number;
}

/** @throws OperateProblem `not-running`, `bad-city` */
export function readCityFile({ root, city }: CityOptions): CityFile {
  const file = city ?? join(root, 'city.json');
  if (city === undefined && !existsSync(file)) throw new OperateProblem('not-running', root);
  const { services: urls, internal, staff, broker, ca, clock, launcher } = parsed<Written>(file);
  if (urls === undefined || internal === undefined) throw new OperateProblem('bad-city', file);
  checkUrls(urls);
  checkUrls(internal);
  if (launcher !== undefined && !isAlive(launcher)) throw new OperateProblem('not-running', dirname(file));
  const beside = (name: string): string => resolve(dirname(file), name);
  if (ca !== undefined) trustAuthority(readable(beside(ca)));
  return {
    services: urls,
    internal,
    staff: staff === undefined || !existsSync(beside(staff)) ? [] : parsed<readonly StaffKey[]>(beside(staff)),
    broker,
    now: () => new Date(Date.now() + (clock === undefined ? 0 : offsetIn(beside(clock)))),
  };
}

/** @throws OperateProblem `bad-city` for an address without TLS that is not on this machine */
function checkUrls(urls: Urls): void {
  for (const service of services) {
    const isRight = [urls[service] ?? []].flat().every((url) => isUrl(url));
    if (!isRight) throw new OperateProblem('bad-city', `an address of ${service} is no https URL`);
  }
}

function isUrl(text: unknown): boolean {
  try {
    return typeof text === 'string' && isServiceUrl(text);
  } catch {
    return false;
  }
}

/** @throws OperateProblem `bad-city` */
function readable(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new OperateProblem('bad-city', file);
  }
}

function parsed<T>(file: string): T {
  try {
    return JSON.parse(readable(file)) as T;
  } catch {
    throw new OperateProblem('bad-city', file);
  }
}

function offsetIn(file: string): number {
  // A second number would move the clocks of the databases.
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[0]) : 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that the process exists but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
