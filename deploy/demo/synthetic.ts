import { DAY_MS } from '#libs/contracts';
import { newReceipt, type Answers } from '#libs/household';

/**
 * A household that obviously does not exist, and its typed values. Each has at least twelve characters, so that disks
 * can be searched for it.
 */
export interface SyntheticHousehold {
  readonly receipt: string;
  readonly answers: Answers;
  /** Every typed value, by field. */
  readonly typed: Readonly<Record<string, string>>;
}

/** A random number generator with a seed, so that a run can be repeated: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/**
 * Share of the households without texts that give a mail address. Nothing is sent there yet, but no disk may hold it.
 */
const MAIL_SHARE = 0.2;

const syllables = ['ba', 'do', 'fi', 'gu', 'ka', 'lo', 'mi', 'nu', 'pe', 'ra', 'si', 'to', 'vu', 'xo', 'ye', 'zi'];
const letters = [...'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'];

export interface SyntheticOptions {
  readonly random: () => number;
  /** Codes of the profile in use. */
  readonly needs: readonly string[];
  readonly way: string;
  /** The period of the impact, in the profile's granularity. */
  readonly period: string;
  readonly serviceAreas: readonly string[];
  /** Share of households that show evidence of residence. */
  readonly evidenceShare: number;
  /** Share of households that ask for texts. The others come back by themselves. */
  readonly textShare: number;
}

/**
 * One synthetic household, whose typed text differs from every other's. The order of the draws decides what a seed
 * gives.
 */
export function syntheticHousehold(options: SyntheticOptions): SyntheticHousehold {
  const dice = new Dice(options.random);
  const calledBy = `Synthetic ${dice.name()}`;
  const dwelling = `${1000 + dice.below(9000)} Nowhere ${dice.name()} Street Unit ${dice.made(4, letters)}`;
  const reached = reachedBy(dice, options.textShare);
  const hasEvidence = dice.isWithin(options.evidenceShare);
  const payee = options.way === 'VEND' ? payeeBy(dice) : undefined;
  const size = 1 + dice.below(6);
  const contact = reached.phone ?? reached.email;
  return {
    receipt: newReceipt(),
    typed: {
      calledBy,
      dwelling,
      ...reached,
      ...(payee === undefined ? {} : { accountReference: payee.accountReference }),
    },
    answers: {
      typed: {
        calledBy,
        birthDay: { day: 1 + dice.below(28), month: 1 + dice.below(12) },
        dwelling,
        ...(contact === undefined ? {} : { contact }),
      },
      facts: factsOf(dice, options, { size, hasEvidence }),
      payout: { way: options.way, ...(payee === undefined ? {} : { payee }) },
      contact: { ...channelOf(reached), leaveMessage: false, language: dice.pick(['en', 'es']) },
    },
  };
}

interface Reached {
  readonly phone?: string;
  readonly email?: string;
}

function reachedBy(dice: Dice, textShare: number): Reached {
  const phone = `+1${String(2_000_000_000 + dice.below(7_999_999_999)).slice(0, 10)}`;
  const wantsTexts = dice.isWithin(textShare);
  const wantsMail = !wantsTexts && dice.isWithin(MAIL_SHARE);
  const email = `synthetic.${dice.made(5, syllables)}@nowhere.example`;
  return wantsTexts ? { phone } : wantsMail ? { email } : {};
}

function channelOf({ phone, email }: Reached): Pick<Answers['contact'], 'channel' | 'phone' | 'email'> {
  if (phone !== undefined) return { channel: 'text', phone };
  return email === undefined ? { channel: 'none' } : { channel: 'email', email };
}

/** The payee of a bill, for the payout method that pays one. */
function payeeBy(dice: Dice): { payee: string; accountReference: string; consent: boolean } {
  return { payee: 'PAYEE-1', accountReference: `UNIT-${dice.made(12, letters)}`, consent: true };
}

function factsOf(
  dice: Dice,
  { needs, period, serviceAreas }: SyntheticOptions,
  { size, hasEvidence }: { readonly size: number; readonly hasEvidence: boolean },
): Answers['facts'] {
  return {
    event: 'EVT-A',
    impacts: [dice.pick(['I1', 'I2'])],
    needs: [dice.pick(needs)],
    impactPeriod: period,
    incomeChange: dice.pick(['stopped', 'cut-by-half-or-more', 'new-costs-only']),
    incomeAtOrBelow: true,
    billCents: String(50_000 + dice.below(150_000)),
    urgent: dice.isWithin(0.2) ? ['no-food'] : [],
    bands: { to5: 0, to17: size > 2 ? size - 2 : 0, to64: Math.min(size, 2), over64: 0 },
    residence: {
      inCity: true,
      serviceArea: dice.pick(serviceAreas),
      evidenceClass: hasEvidence ? 'R1' : 'R6',
      areaFit: 'inside',
    },
    attested: { residence: true, impact: true, need: true, honesty: true },
  };
}

/** Draws from the numbers of one seed. */
class Dice {
  constructor(private readonly random: () => number) {}

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  isWithin(share: number): boolean {
    return this.random() < share;
  }

  pick<const T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  made(length: number, from: readonly string[]): string {
    return Array.from({ length }, () => this.pick(from)).join('');
  }

  name(): string {
    const word = this.made(5, syllables);
    return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  }
}

/** The week of a day in ISO 8601, `2026-W48`, or its month, `2026-11`. */
export function periodOf(day: string, granularity: 'week' | 'month'): string {
  if (granularity === 'month') return day.slice(0, 7);
  const date = new Date(`${day}T00:00:00Z`);
  // The Thursday of a week lies in the year to which the week belongs.
  date.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const first = Date.UTC(date.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((date.getTime() - first) / DAY_MS + 1) / 7);
  return `${date.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}
