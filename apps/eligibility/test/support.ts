import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { AnyDelivery } from '#libs/bus';
import { dayOf, grantClosed, message } from '#libs/contracts';
import { signatureHeaders } from '#libs/household';
import { Staff } from '#libs/service';
import { SignedHousehold } from '../../../test/support/signed-household.js';
import { ServiceApp } from '../../../test/support/service-app.js';
import { openService, TestKeyrings, type ServiceUnderTest } from '../../../test/support/service-harness.js';
import { EligibilityModule, eligibilitySpec } from '../src/eligibility.module.js';

const START = new Date('2026-11-18T15:05:00Z');

/** Of Los Angeles. */
const SAMPLE = 0.03;

export interface WorldOptions {
  readonly start?: Date;
  /** The day on which keys were first made. */
  readonly since?: string;
}

/** What a door of eligibility answers, as far as a test looks at it. */
export interface Answered {
  readonly next?: { readonly case: string; readonly isAppeal: boolean; readonly why: readonly string[] } | null;
  readonly outcome?: string;
  readonly code?: string;
}

export interface StaffKey {
  readonly name: string;
  readonly privateKey: KeyObject;
}

/** Eligibility on a database of its own, with a clock that stands still. */
export class EligibilityWorld {
  service!: ServiceUnderTest<'eligibility'>;
  app!: ServiceApp<'eligibility'>;

  private constructor(
    readonly keyrings: TestKeyrings,
    private now: Date,
  ) {}

  static async open({ start = START, since = dayOf(start) }: WorldOptions = {}): Promise<EligibilityWorld> {
    const world = new EligibilityWorld(await TestKeyrings.create(since), start);
    const clock = { now: (): Date => world.now };
    world.service = await openService(eligibilitySpec, { keyrings: world.keyrings, clock });
    world.app = await ServiceApp.open(world.service, EligibilityModule, { keyrings: world.keyrings });
    return world;
  }

  get day(): string {
    return dayOf(this.now);
  }

  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  /** A household that is not drawn for a second look, unless that is wanted. */
  household({ isSampled = false, day = this.day } = {}): SignedHousehold {
    const { runtime } = this.service;
    for (;;) {
      const household = new SignedHousehold(this.keyrings, day);
      const handle = Buffer.from(household.eligibilityHandle, 'base64url');
      const draw = Buffer.from(runtime.keyed('sample', handle)).readUInt32BE(0) / 0x1_0000_0000;
      if (draw < SAMPLE === isSampled) return household;
    }
  }

  closed(grant: string, ended: 'paid' | 'cancelled' = 'paid'): AnyDelivery {
    return message(grantClosed, this.day, { grant, ended });
  }

  async enrol(name: string, person: string): Promise<StaffKey> {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(String(publicKey.export({ format: 'jwk' })['x']), 'base64url');
    await this.service.runtime.dataSource.getRepository(Staff).insert({ name, person, publicKey: raw, struck: false });
    return { name, privateKey };
  }

  async post(
    path: string,
    body: object,
    signer?: StaffKey,
  ): Promise<{ readonly status: number; readonly body: Answered }> {
    const text = JSON.stringify(body);
    const headers =
      signer === undefined
        ? {}
        : await signatureHeaders(
            { method: 'POST', path, body: text },
            { keyId: signer.name, sign: (bytes) => Promise.resolve(sign(null, bytes, signer.privateKey)) },
            Math.floor(this.now.getTime() / 1000),
          );
    const answer = await this.app.app.inject({
      method: 'POST',
      url: path,
      headers: { ...headers, 'content-type': 'application/json' },
      payload: text,
    });
    return { status: answer.statusCode, body: answer.json<Answered>() };
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.service.close();
  }
}
