import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { addDays, clocks, dayOf, services, type Service } from '#libs/contracts';
import {
  codeListsOf,
  deriveHousehold,
  newReceipt,
  prepareApplication,
  prepareRequest,
  staffSignatureHeaders,
  statusOf,
  type Answers,
  type Door,
  type DeviceSigner,
  type DeviceSetting,
  type Household,
  type Messages,
  type ShownStatus,
  type Wish,
} from '#libs/household';

import { pinnedOf, writeDemoProfile } from '../../deploy/demo/city.js';
import { periodOf } from '../../deploy/demo/synthetic.js';
import { devicesFile, staffFile, type LocalDevice, type LocalStaff } from '../../deploy/local/enrolment.js';
import { layoutAt } from '../../deploy/local/layout.js';
import { freePorts, profileFile } from '../../deploy/local/settings.js';
import { signerFrom } from '../../deploy/local/signer.js';
import type { App } from '../../deploy/local/apps.js';
import type { StackOptions } from '../../deploy/local/stack-options.js';
import { Stack } from '../../deploy/local/stack.js';
import { EitherDoor } from './either-door.js';

type Checks = Readonly<Record<string, boolean | number | string>>;

/** A whole city: databases, broker, services, kiosks. Tests reach it through its public endpoints. */
export class TestCity {
  readonly kiosks: readonly Door[];
  #directory: DeviceSetting['directory'] | undefined;
  #lists: DeviceSetting['lists'] | undefined;

  private constructor(
    readonly stack: Stack,
    readonly root: string,
  ) {
    const kiosks = devicesOf(root).filter(({ lane }) => lane === 'kiosk');
    this.kiosks = kiosks.map(({ name, seed }, at) => this.doorOf(signerFrom(name, seed), at));
  }

  /** @param profile a name in deploy/profiles, or `demo`: Los Angeles with limits that are not reached */
  static async start(profile: string, more: Partial<StackOptions> = {}): Promise<TestCity> {
    const root = await mkdtemp(join(tmpdir(), 'city-'));
    const stack = new Stack({
      root,
      ports: await freePorts(),
      profile: await profileFor(profile, root),
      ...more,
    });
    await stack.start();
    const city = new TestCity(stack, root);
    await city.refresh();
    city.#lists = codeListsOf(await city.phone.profile());
    return city;
  }

  /** Returns what a device knows: the directory as last fetched, and the day. */
  get setting(): DeviceSetting {
    if (this.#directory === undefined || this.#lists === undefined) throw new Error('nothing was asked for yet');
    return { directory: this.#directory, lists: this.#lists, pinned: pinnedOf(this.root), day: this.today };
  }

  get today(): string {
    return dayOf(this.stack.now());
  }

  /**
   * Moves the clock of everybody, and waits until the directory has keys of the new days. An operator accepts the new
   * day where a service doubts it, as after an outage.
   */
  async advanceTo(instant: Date): Promise<void> {
    await this.stack.advanceTo(instant);
    for (const service of services) if (this.runs(service)) await this.acceptDay(service);
    const days = Array.from({ length: clocks.dayKeyAheadDays + 1 }, (_, ahead) => addDays(this.today, ahead));
    const wanted = (['eligibility', 'payments', 'notification'] as const).flatMap((service) =>
      days.map((day) => `${service} ${day}`),
    );
    await eventually(
      'keys a week ahead',
      () => this.refresh(),
      ({ dayKeys }) => {
        const published = new Set(dayKeys.map(({ service, day }) => `${service} ${day}`));
        return wanted.every((each) => published.has(each));
      },
    );
  }

  /** Fetches the directory again. */
  async refresh(): Promise<DeviceSetting['directory']> {
    this.#directory = await this.phone.directory();
    return this.#directory;
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    await rm(this.root, { recursive: true, force: true });
  }

  get kiosk(): Door {
    return this.kiosks[0] as Door;
  }

  /** A phone at home, which signs nothing. */
  get phone(): Door {
    return this.doorOf();
  }

  get navigator(): Door {
    return this.doorOf(this.device('navigator-001'));
  }

  /** @param first the instance of intake that is asked first */
  doorOf(device?: DeviceSigner, first = 0): Door {
    const options = { now: () => this.stack.now(), ...(device === undefined ? {} : { device }) };
    return new EitherDoor(this.stack.urlsOf('intake'), options, first);
  }

  device(name: string): DeviceSigner {
    const device = devicesOf(this.root).find((each) => each.name === name);
    if (device === undefined) throw new Error('no such device is enrolled');
    return signerFrom(device.name, device.seed);
  }

  staff(name: string): DeviceSigner {
    const staff = JSON.parse(readFileSync(staffFile(this.stack.layout), 'utf8')) as LocalStaff[];
    const found = staff.find((each) => each.name === name);
    if (found === undefined) throw new Error('no such person is enrolled');
    return signerFrom(found.name, found.seed);
  }

  async apply(answers: Answers, door: Door): Promise<Applied> {
    const receipt = newReceipt();
    const body = await prepareApplication(receipt, answers, this.setting);
    await door.submit(body);
    return new Applied(this, receipt, await deriveHousehold(receipt));
  }

  async journal(): Promise<readonly JournalEntry[]> {
    const answer = await fetch(`${this.stack.urls['rail-simulator']}/journal`);
    return (await answer.json()) as JournalEntry[];
  }

  /** Returns the address of an instance whose process runs. */
  livingUrl(app: App): string {
    const url = this.stack.urlsOf(app).find((_, at) => this.stack.isRunning(app, at + 1));
    if (url === undefined) throw new Error('no instance runs');
    return url;
  }

  /** Returns the internal address of an instance whose process runs. */
  livingInternalUrl(app: App): string {
    const url = this.stack.internalUrlsOf(app).find((_, at) => this.stack.isRunning(app, at + 1));
    if (url === undefined) throw new Error('no instance runs');
    return url;
  }

  private runs(service: Service): boolean {
    return this.stack.urlsOf(service).some((_, at) => this.stack.isRunning(service, at + 1));
  }

  /** Accepts the present day at a service that doubts it. */
  private async acceptDay(service: Service): Promise<void> {
    const { clock } = await eventually(
      `${service} has looked at its clock`,
      () => this.checks(service),
      ({ clockDay }) => clockDay === this.today,
    );
    if (clock === 'believed') return;
    const answer = await this.operate(service, '/v1/operations/clock/accept', { day: this.today });
    if (!answer.ok) throw new Error(`${service} answered ${answer.status}`);
  }

  /** Sends an operation that an operator signs. */
  private async operate(
    service: Service,
    path: string,
    content: object,
    url = this.livingInternalUrl(service),
  ): Promise<Response> {
    const body = JSON.stringify(content);
    const signature = { createdSeconds: Math.floor(this.stack.now().getTime() / 1000), service };
    const request = { method: 'POST', path, body };
    const signed = await staffSignatureHeaders(request, this.staff(`${service}-operator`), signature);
    return fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed },
      body,
    });
  }

  /** Returns what payments answers an operator at an endpoint such as `/v1/books`. */
  async readPayments<T>(path: string): Promise<T> {
    const createdSeconds = Math.floor(this.stack.now().getTime() / 1000);
    const request = { method: 'GET', path, body: '' };
    const signature = { createdSeconds, service: 'payments' };
    const headers = await staffSignatureHeaders(request, this.staff('payments-operator'), signature);
    const answer = await fetch(`${this.livingUrl('payments')}${path}`, { headers });
    if (!answer.ok) throw new Error(`payments answered ${answer.status}`);
    return (await answer.json()) as T;
  }

  /** Returns states and exact counts of an instance, as an operator reads them; without a database, states alone. */
  async checks(service: Service, url = this.livingInternalUrl(service)): Promise<Checks> {
    const exact = await this.operate(service, '/v1/operations/status', {}, url);
    const answer = exact.ok ? exact : await fetch(`${url}/health/ready`);
    return ((await answer.json()) as { checks: Checks }).checks;
  }

  /** Queries a service's database with all rights, as somebody who seizes it could. */
  async rows<T extends object>(service: Service, text: string, values: unknown[] = []): Promise<readonly T[]> {
    const url = new URL(this.stack.superuserUrl ?? '');
    url.pathname = `/${service}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Whether any instance of the service has logged the alarm. */
  hasAlarmed(service: Service, alarm: string): boolean {
    const names = this.stack.urlsOf(service).map((_, at) => (at === 0 ? service : `${service}-${at + 1}`));
    return names.some((name) => readFileSync(this.stack.logFile(name), 'utf8').includes(`"alarm":"${alarm}"`));
  }

  async parked(service: 'intake' | 'eligibility' | 'payments' | 'notification'): Promise<number> {
    return Number((await this.checks(service))['parked']);
  }
}

function devicesOf(root: string): readonly LocalDevice[] {
  return JSON.parse(readFileSync(devicesFile(layoutAt(root)), 'utf8')) as LocalDevice[];
}

/** Returns a profile without random reviews by a person, so that a test knows the outcome. */
async function profileFor(name: string, folder: string): Promise<string> {
  if (name === 'demo') return writeDemoProfile(folder, { isSampled: false });
  const profile = JSON.parse(readFileSync(profileFile(name), 'utf8')) as { reviewTriggers: { when: string }[] };
  profile.reviewTriggers = profile.reviewTriggers.filter(({ when }) => !when.startsWith('random-sample'));
  const path = join(folder, `${name}.json`);
  await writeFile(path, JSON.stringify(profile));
  return path;
}

export interface JournalEntry {
  readonly kind: string;
  readonly reference: string;
  readonly amountCents?: string;
  readonly code?: string;
  readonly text?: string;
}

/** A household that has applied, as its own device sees it. */
export class Applied {
  constructor(
    private readonly city: TestCity,
    readonly receipt: string,
    readonly household: Household,
  ) {}

  read(): Promise<Messages> {
    return this.city.phone.readBoxes(this.household);
  }

  async status(): Promise<ShownStatus> {
    return statusOf(await this.read(), this.city.setting.day);
  }

  /** Reads until the messages are as wanted. @throws after the timeout */
  async until(isWanted: (messages: Messages) => boolean, what: string, timeoutMs = 30_000): Promise<Messages> {
    return eventually(what, () => this.read(), isWanted, timeoutMs);
  }

  async ask(wish: Wish, n: number, door: Door): Promise<void> {
    await door.file(await prepareRequest(this.receipt, { wish, n }, this.city.setting));
  }
}

/** Asks until the answer is as wanted. @throws after the timeout, with what it waited for */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(100);
  }
}

let made = 0;

/** Returns the answers of a synthetic household in Los Angeles. Each has its own typed text. */
export function someAnswers(change: Partial<Answers['facts']> = {}, more: Partial<Answers> = {}): Answers {
  made += 1;
  const number = String(process.pid * 1000 + made)
    .padStart(10, '0')
    .slice(-10);
  return {
    typed: {
      calledBy: `Synthetic Person ${number}`,
      birthDay: { day: 1 + (made % 28), month: 1 + (made % 12) },
      dwelling: `${number} Nowhere Street`,
    },
    facts: {
      event: 'EVT-A',
      impacts: ['I1'],
      needs: ['FOD'],
      impactPeriod: periodOf(dayOf(new Date()), 'week'),
      incomeChange: 'stopped',
      urgent: [],
      bands: { to5: 1, to17: 0, to64: 2, over64: 0 },
      residence: { inCity: true, serviceArea: 'East', evidenceClass: 'R6', areaFit: 'inside' },
      attested: { residence: true, impact: true, need: true, honesty: true },
      ...change,
    },
    payout: { way: 'CASH' },
    contact: { channel: 'none', leaveMessage: false, language: 'en' },
    ...more,
  };
}
