import { randomInt } from 'node:crypto';

import type { Answers } from '#libs/household';

import { eventually, someAnswers, TestCity } from '../support/city.js';

const PAIRS = 300;
const boxes = ['eligibility', 'payments'] as const;

/** How much later than intake's own each box was written, in ms. */
type Lateness = Readonly<Record<(typeof boxes)[number], number>>;

/**
 * Somebody applies from home with what he knows of a household that has applied, then with what he knows of one that
 * has not, in an order by the toss of a coin. Prints how long after intake's message each box was written. `AUC` is the
 * share of all comparisons in which the household that has applied was later: 0.5 tells nothing. Chance alone keeps
 * nine in ten runs within the bounds that are printed.
 */
export async function benchMembership(pairs = PAIRS): Promise<void> {
  const city = await TestCity.start('demo', { env: { intake: { OWN_DEVICE_PER_HOUR: '1000000' } } });
  try {
    const found: { readonly applied: Lateness; readonly other: Lateness }[] = [];
    for (let at = 0; at < pairs; at += 1) {
      const member = someAnswers();
      const door = city.kiosks[at % city.kiosks.length] ?? city.kiosk;
      const applied = await city.apply(member, door);
      await applied.until(({ eligibility }) => eligibility !== undefined, 'a decision');
      const tries: { [name in 'applied' | 'other']?: Lateness } = {};
      for (const name of randomInt(2) === 0 ? (['applied', 'other'] as const) : (['other', 'applied'] as const)) {
        tries[name] = await latenessOf(city, name === 'applied' ? member.typed : someAnswers().typed);
      }
      if (tries.applied !== undefined && tries.other !== undefined) found.push({ ...tries } as (typeof found)[number]);
    }
    // The variance of the statistic of Mann and Whitney for equally many on both sides.
    const bound = 1.645 * Math.sqrt((2 * pairs + 1) / (12 * pairs * pairs));
    for (const box of boxes) {
      const inside = found.map(({ applied }) => applied[box]);
      const outside = found.map(({ other }) => other[box]);
      console.log(
        `${box.padEnd(14)} median ${median(inside)} ms applied, ${median(outside)} ms not; ` +
          `AUC ${aucOf(inside, outside).toFixed(3)} (0.5 ± ${bound.toFixed(3)})`,
      );
    }
  } finally {
    await city.stop();
  }
}

async function latenessOf(city: TestCity, typed: Answers['typed']): Promise<Lateness> {
  const stranger = await city.apply(someAnswers({}, { typed }), city.phone);
  const { intake, eligibility, payments } = await eventually(
    'the answers',
    () => stranger.read(),
    (read) => read.eligibility !== undefined && read.payments !== undefined,
  );
  const since = intake?.version ?? 0;
  return { eligibility: (eligibility?.version ?? 0) - since, payments: (payments?.version ?? 0) - since };
}

/** The share of pairs in which `a` is greater; equal ones count half. */
function aucOf(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (const x of a) for (const y of b) sum += x > y ? 1 : x === y ? 0.5 : 0;
  return sum / (a.length * b.length);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
