import { DAY_MS } from '#libs/contracts';
import { newReceipt, type Answers } from '#libs/household';

/** A household that does not exist, obviously so, and what it types: text of twelve characters and more, to be searched for. */
export interface SyntheticHousehold {
  readonly receipt: string;
  readonly answers: Answers;
  /** Everything typed by hand, by field. */
  readonly typed: Readonly<Record<string, string>>;
}

/** A small generator of numbers from a seed, so that a run can be repeated: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Share of those who want no texts that give a mail address. Nothing is sent there yet; it must not be found either. */
const MAIL_SHARE = 0.2;

const syllables = ['ba', 'do', 'fi', 'gu', 'ka', 'lo', 'mi', 'nu', 'pe', 'ra', 'si', 'to', 'vu', 'xo', 'ye', 'zi'];
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export interface SyntheticOptions {
  readonly random: () => number;
  /** Codes of the profile in use. */
  readonly needs: readonly string[];
  readonly way: string;
  /** The period of the impact, in the profile's granularity. */
  readonly period: string;
  readonly serviceAreas: readonly string[];
  /** Share of households that show evidence of where they live. */
  readonly evidenceShare: number;
  /** Share that asks for texts; the others come back by themselves. */
  readonly textShare: number;
}

/** One synthetic household, different from every other by its typed text. */
export function syntheticHousehold(options: SyntheticOptions): SyntheticHousehold {
  const { random } = options;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const made = (length: number, from: readonly string[]): string => Array.from({ length }, () => pick(from)).join('');
  const calledBy = `Synthetic ${capital(made(5, syllables))}`;
  const dwelling = `${1000 + Math.floor(random() * 9000)} Nowhere ${capital(made(5, syllables))} Street Unit ${made(4, [...letters])}`;
  const phone = `+1${String(2_000_000_000 + Math.floor(random() * 7_999_999_999)).slice(0, 10)}`;
  const wantsTexts = random() < options.textShare;
  const wantsMail = !wantsTexts && random() < MAIL_SHARE;
  const email = `synthetic.${made(5, syllables)}@nowhere.example`;
  const hasEvidence = random() < options.evidenceShare;
  // Whoever pays a bill needs to be told which.
  const payee =
    options.way === 'VEND'
      ? { payee: 'PAYEE-1', accountReference: `UNIT-${made(12, [...letters])}`, consent: true }
      : undefined;
  const size = 1 + Math.floor(random() * 6);
  return {
    receipt: newReceipt(),
    typed: {
      calledBy,
      dwelling,
      ...(wantsTexts ? { phone } : {}),
      ...(wantsMail ? { email } : {}),
      ...(payee === undefined ? {} : { accountReference: payee.accountReference }),
    },
    answers: {
      typed: {
        calledBy,
        birthDay: { day: 1 + Math.floor(random() * 28), month: 1 + Math.floor(random() * 12) },
        dwelling,
        ...(wantsTexts ? { contact: phone } : wantsMail ? { contact: email } : {}),
      },
      facts: {
        event: 'EVT-A',
        impacts: [pick(['I1', 'I2'])],
        needs: [pick(options.needs)],
        impactPeriod: options.period,
        incomeChange: pick(['stopped', 'cut-by-half-or-more', 'new-costs-only']),
        incomeAtOrBelow: true,
        billCents: String(50_000 + Math.floor(random() * 150_000)),
        urgent: random() < 0.2 ? ['no-food'] : [],
        bands: { to5: 0, to17: size > 2 ? size - 2 : 0, to64: Math.min(size, 2), over64: 0 },
        residence: {
          inCity: true,
          serviceArea: pick(options.serviceAreas),
          evidenceClass: hasEvidence ? 'R1' : 'R6',
          areaFit: 'inside',
        },
        attested: { residence: true, impact: true, need: true, honesty: true },
      },
      payout: { way: options.way, ...(payee === undefined ? {} : { payee }) },
      contact: {
        ...(wantsTexts ? { channel: 'text', phone } : wantsMail ? { channel: 'email', email } : { channel: 'none' }),
        leaveMessage: false,
        language: pick(['en', 'es']),
      },
    },
  };
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
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
