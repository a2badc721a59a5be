import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { dayOf } from '#libs/contracts';
import { HouseholdError, type Answers, type Messages } from '#libs/household';

import { periodOf } from '../../deploy/demo/synthetic.js';
import { eventually, someAnswers, TestCity, type Applied } from '../support/city.js';
import { command } from '../support/command.js';

/** So many households have applied at a kiosk, and so many have not; one pair comes to a kiosk. */
const PAIRS = 51;
const REVIEWS = 10;

interface Place {
  readonly profile: string;
  /** Answers by the city's rules, with facts that a stranger knows of a household. */
  readonly answersOf: (known: Partial<Answers['typed']>) => Answers;
  /** What a stranger knows that suffices for a review: in Santa Ana, a phone number. */
  readonly known: (of: Answers['typed']) => Partial<Answers['typed']>;
}

const unrelated = (): Answers['typed'] => ({ ...someAnswers().typed, contact: phoneOf() });

const places: readonly Place[] = [
  {
    profile: 'los-angeles',
    answersOf: (known) => someAnswers({}, { typed: { ...unrelated(), ...known } }),
    known: (typed) => typed,
  },
  {
    profile: 'santa-ana',
    answersOf: (known) =>
      someAnswers(
        {
          impactPeriod: periodOf(dayOf(new Date()), 'month'),
          needs: ['HOU'],
          incomeAtOrBelow: true,
          billCents: '130000',
          residence: { inCity: true, serviceArea: 'Citywide', evidenceClass: 'R2', areaFit: 'inside' },
        },
        // One shared token of three suffices here, so that there is only the long one, which nobody shares by chance.
        { typed: { contact: phoneOf(), ...known }, payout: { way: 'VEND' } },
      ),
    known: ({ contact }) => (contact === undefined ? {} : { contact }),
  },
];

let phones = 0;
function phoneOf(): string {
  phones += 1;
  return `+1${String(2_130_000_000 + (process.pid % 10_000) * 1_000 + phones)}`;
}

/** A stranger who applied from home with what he knows of a household, and everything that he has read. */
interface Stranger {
  readonly applied: Applied;
  readonly hasMember: boolean;
  /** Each new message of each box, without its version, in the order in which it was read. */
  readonly read: string[];
  readonly versions: Map<string, number[]>;
}

describe.each(places)('somebody who applies from home in $profile with what he knows of others', (place) => {
  let city: TestCity;
  let members: readonly Answers[];
  let strangers: readonly Stranger[];
  /** The last pair comes to a kiosk. */
  let comers: readonly Stranger[];

  beforeAll(async () => {
    city = await TestCity.start(place.profile);
    members = Array.from({ length: PAIRS }, () => place.answersOf({}));
    await inTurns(members, async (answers, at) => {
      const member = await again(() => city.apply(answers, city.kiosks[at % city.kiosks.length] ?? city.kiosk));
      await member.until(({ eligibility }) => eligibility !== undefined, 'a decision', 60_000);
    });
    strangers = await applyFromHome();
    await lookUntil(({ eligibility, payments }) => eligibility !== undefined && payments !== undefined);
    [comers, strangers] = [strangers.slice(-2), strangers.slice(0, -2)];
  }, 300_000);

  afterAll(() => city?.stop());

  /** One stranger for each household, and one for somebody who has not applied, in an order by the toss of a coin. */
  async function applyFromHome(): Promise<readonly Stranger[]> {
    const made: Stranger[] = [];
    for (const { typed } of members) {
      const pair = [true, false].sort(() => Math.random() - 0.5);
      for (const hasMember of pair) {
        const answers = place.answersOf(place.known(hasMember ? typed : unrelated()));
        const applied = await again(() => city.apply(answers, city.phone));
        made.push({ applied, hasMember, read: [], versions: new Map() });
      }
    }
    return made;
  }

  async function lookUntil(isDone: (messages: Messages) => boolean): Promise<void> {
    await eventually(
      'every stranger has the answer',
      async () => {
        const done = await inTurns(strangers, async (stranger) => isDone(await look(stranger)));
        return done.every((each) => each);
      },
      (isOver) => isOver,
      90_000,
    );
    // What comes late would be read now.
    await sleep(1_500);
    await inTurns(strangers, look);
  }

  async function look(stranger: Stranger): Promise<Messages> {
    const messages = await again(() => stranger.applied.read());
    for (const [sender, message] of Object.entries(messages)) {
      const { version, ...said } = message;
      const versions = stranger.versions.get(sender) ?? [];
      if (versions.at(-1) === version) continue;
      stranger.versions.set(sender, [...versions, version]);
      stranger.read.push(JSON.stringify([sender, said]));
    }
    return messages;
  }

  /** What was read of each box, in its order. Boxes of different services may be read in any order. */
  const storyOf = ({ read }: Stranger): string =>
    JSON.stringify(read.toSorted((a, b) => (senderIn(a) < senderIn(b) ? -1 : 0)));

  function expectAlike(): void {
    const stories = (hasMember: boolean): ReadonlySet<string> =>
      new Set(strangers.filter((each) => each.hasMember === hasMember).map(storyOf));
    expect(stories(true)).toEqual(stories(false));
    expect(stories(true).size).toBe(1);
  }

  /** The versions are times: of the pairs that differ, neither side may be later much more often than the other. */
  function expectNoOrder(sender: string): void {
    const firstOf = ({ versions }: Stranger): number => versions.get(sender)?.[0] ?? 0;
    let [later, different] = [0, 0];
    for (let at = 0; at < strangers.length; at += 2) {
      const pair = strangers.slice(at, at + 2).toSorted((a, b) => Number(a.hasMember) - Number(b.hasMember));
      const [out, within] = pair as [Stranger, Stranger];
      if (firstOf(out) === firstOf(within)) continue;
      different += 1;
      if (firstOf(within) > firstOf(out)) later += 1;
    }
    expect(Math.abs(later - different / 2)).toBeLessThanOrEqual(2 * Math.sqrt(different) + 1);
  }

  it('would learn at a kiosk whether a household has applied: somebody stands beside him there', async () => {
    const [member] = members;
    const read = async (known: Partial<Answers['typed']>): Promise<string | undefined> => {
      const applied = await again(() => city.apply(place.answersOf(known), city.kiosk));
      return (await applied.until(({ eligibility }) => eligibility !== undefined, 'a decision')).eligibility?.status;
    };
    expect(await read(place.known(member?.typed ?? unrelated()))).toBe('being-looked-at');
    expect(await read({})).toBe('approved');
  });

  it('reads the same of those who have applied and of those who have not', () => {
    expectAlike();
    expect(strangers[0]?.read.map((each) => JSON.parse(each) as unknown)).toEqual(
      expect.arrayContaining([
        ['intake', expect.objectContaining({ status: 'received' })],
        ['eligibility', expect.objectContaining({ status: 'come-and-confirm', reasons: [], highestRequest: 0 })],
        ['payments', expect.objectContaining({ status: 'come-and-confirm', reasons: [], ready: [] })],
      ]),
    );
  });

  it('at moments that tell nothing', () => {
    expectNoOrder('eligibility');
    expectNoOrder('payments');
  });

  it('and learns what was decided when he comes to a kiosk', async () => {
    const decided = async ({ applied }: Stranger): Promise<string | undefined> => {
      await again(() => applied.ask({ to: 'payments', kind: 'presence' }, 1, city.kiosk));
      const messages = await applied.until(
        ({ eligibility }) => eligibility?.status !== 'come-and-confirm',
        'the decision',
      );
      return messages.eligibility?.status;
    };
    for (const comer of comers) expect(await decided(comer)).toBe(comer.hasMember ? 'being-looked-at' : 'approved');
  });

  it('and after reviewers have decided the cases of some', async () => {
    for (let at = 0; at < REVIEWS; at += 1) {
      const shown = await command(city, 'review', 'next', '--as', 'reviewer-one');
      const id = /[A-Za-z0-9_-]{43}/.exec(shown.lines.join('\n'))?.[0] ?? '';
      expect((await command(city, 'review', at % 2 ? 'approve' : 'decline', id, '--as', 'reviewer-one')).code).toBe(0);
    }
    await sleep(1_000);
    await inTurns(strangers, look);
    expectAlike();
  });

  it('and after he has shown evidence, appealed, and asked for another payment', async () => {
    const way = place.answersOf({}).payout.way;
    await inTurns(strangers, async ({ applied }) => {
      await again(() => applied.ask({ to: 'eligibility', kind: 'evidence-shown', evidenceClass: 'R1' }, 1, city.phone));
      await again(() => applied.ask({ to: 'eligibility', kind: 'appeal' }, 2, city.phone));
      await again(() => applied.ask({ to: 'payments', kind: 'payout-change', way }, 1, city.phone));
    });
    await lookUntil(({ eligibility, payments }) => eligibility?.highestRequest === 2 && payments?.highestRequest === 1);
    const last = (each: Stranger): string | undefined => each.read.findLast((said) => senderIn(said) === 'eligibility');
    expect(new Set(strangers.map(last)).size).toBe(1);
    expectLastAlike(strangers);
  });

  it('and withdraws: the same again', async () => {
    const rest = strangers.slice(0, 20);
    await inTurns(rest, async ({ applied }) => {
      await again(() => applied.ask({ to: 'eligibility', kind: 'withdraw' }, 3, city.phone));
      await again(() => applied.ask({ to: 'payments', kind: 'withdraw' }, 2, city.phone));
    });
    await inTurns(rest, (stranger) =>
      eventually(
        'the withdrawal',
        () => look(stranger),
        ({ eligibility, payments }) => eligibility?.status === 'closed' && payments?.status === 'closed',
      ),
    );
    expectLastAlike(rest);
  });

  it('nothing was parked, and nobody was texted', async () => {
    for (const service of ['intake', 'eligibility', 'payments', 'notification'] as const) {
      expect([service, await city.parked(service)]).toEqual([service, 0]);
    }
    expect((await city.journal()).filter(({ kind }) => kind.startsWith('sms'))).toEqual([]);
  });
});

/** Requests that arrive together can give one message or two, so only the newest of each box is compared. */
function expectLastAlike(strangers: readonly Stranger[]): void {
  for (const sender of ['intake', 'eligibility', 'payments']) {
    const last = (hasMember: boolean): ReadonlySet<string | undefined> =>
      new Set(
        strangers
          .filter((each) => each.hasMember === hasMember)
          .map(({ read }) => read.findLast((said) => senderIn(said) === sender)),
      );
    expect([sender, last(true)]).toEqual([sender, last(false)]);
    expect(last(true).size).toBe(1);
  }
}

function senderIn(said: string): string {
  return (JSON.parse(said) as [string])[0];
}

/** Tries again while intake is busy. */
async function again<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof HouseholdError && error.canRetry) || tries >= 200) throw error;
      await sleep(200);
    }
  }
}

/** Eight at a time. */
async function inTurns<T, R>(items: readonly T[], act: (item: T, at: number) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 8) {
    results.push(...(await Promise.all(items.slice(at, at + 8).map((item, more) => act(item, at + more)))));
  }
  return results;
}
