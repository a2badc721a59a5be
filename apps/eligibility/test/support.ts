import type { AnyDelivery } from '#libs/bus/testing';
import { dayOf, grantClosed, message } from '#libs/contracts';
import { SignedHousehold } from '../../../test/support/signed-household.js';
import { ServiceUnderTest, type PublishedMessage } from '../../../test/support/service-under-test.js';
import { TestKeyrings } from '../../../test/support/test-keyrings.js';
import { enrolStaff, postAs, type StaffAnswer, type StaffKey } from '../../../test/support/staff.js';
import { EligibilityModule, eligibility } from '../src/eligibility.module.js';

const START = new Date('2026-11-18T15:05:00Z');

/** The share of cases that Los Angeles draws for review. */
const SAMPLE = 0.03;

export interface WorldOptions {
  readonly start?: Date;
  /** The day on which keys were first made. */
  readonly since?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The part of an answer of eligibility that tests read. */
export interface Answered {
  readonly next?: { readonly case: string; readonly isAppeal: boolean; readonly why: readonly string[] } | null;
  readonly outcome?: string;
  readonly code?: string;
}

/** Eligibility on a database of its own, with a clock that stands still. */
export class EligibilityWorld {
  service!: ServiceUnderTest<'eligibility'>;

  private constructor(
    readonly keyrings: TestKeyrings,
    private now: Date,
  ) {}

  static async open({ start = START, since = dayOf(start), env = {} }: WorldOptions = {}): Promise<EligibilityWorld> {
    const world = new EligibilityWorld(await TestKeyrings.create(since), start);
    const clock = { now: (): Date => world.now };
    const { keyrings } = world;
    world.service = await ServiceUnderTest.open(eligibility, { keyrings, module: EligibilityModule, clock, env });
    return world;
  }

  get day(): string {
    return dayOf(this.now);
  }

  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
  }

  /** A household that is not drawn for review, unless the test asks for it. */
  household({ isSampled = false, day = this.day } = {}): SignedHousehold {
    for (;;) {
      const household = new SignedHousehold(this.keyrings, day);
      const householdRef = Buffer.from(household.eligibilityRef, 'base64url');
      const draw = this.service.keyed('sample', householdRef).readUInt32BE(0) / 0x1_0000_0000;
      if (draw < SAMPLE === isSampled) return household;
    }
  }

  closed(grant: string, ended: 'paid' | 'cancelled' = 'paid'): AnyDelivery {
    return message(grantClosed, this.day, { grant, ended });
  }

  /** The records of one kind. */
  kept(kind: string): Promise<readonly object[]> {
    return this.service.kept(kind);
  }

  enrol(name: string, person: string): Promise<StaffKey> {
    return enrolStaff(this.service, { name, person, role: 'reviewer' });
  }

  post(path: string, body: object, signer?: StaffKey): Promise<StaffAnswer<Answered>> {
    return postAs(this.service, { path, body, now: this.now }, signer);
  }

  async close(): Promise<void> {
    await this.service.close();
  }
}

/** Grants of a household that were awarded and not cancelled. */
function livingGrants(household: SignedHousehold, published: readonly PublishedMessage[]): readonly string[] {
  const cancelled = published
    .filter(({ contract }) => contract === 'eligibility.grant-cancelled')
    .map(({ payload }) => payload['grant']);
  return published
    .filter(
      ({ contract, payload }) =>
        contract === 'eligibility.grant-awarded' && payload['household'] === household.paymentsHandle,
    )
    .filter(({ payload }) => !cancelled.includes(payload['grant']))
    .map(({ payload }) => `${String(payload['kind'])} ${String(payload['amountCents'])}`)
    .sort();
}

/** The outcome of a household, as the household and payments see it. */
export function endOf(household: SignedHousehold, published: readonly PublishedMessage[]): object {
  const box = household.box('eligibility', published);
  return {
    status: box?.status,
    reasons: box?.reasons,
    highestRequest: box?.highestRequest,
    amountCents: box?.amountCents,
    grants: livingGrants(household, published),
  };
}
