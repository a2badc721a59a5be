export const channels = ['cash', 'sms'] as const;
export type Channel = (typeof channels)[number];

/** The ways in which a call can go. Each misbehaviour has happened with a real partner. */
export const modes = [
  'ok',
  'ok-reply-lost',
  'error-after',
  'error-before',
  'reset',
  'truncated',
  'slow',
  'not-found-then-posts',
  'never-settles',
  'other-amount',
  'other-reference',
  'inquiry-without-secret',
] as const;
export type Mode = (typeof modes)[number];

/** Calls that change something, calls that only ask, or both. */
export const callKinds = ['apply', 'inquire', 'every'] as const;
export type CallKind = (typeof callKinds)[number];

/** Modes that need an amount, a secret or an inquiry, which a carrier of texts does not have. */
const cashOnly: ReadonlySet<Mode> = new Set(['other-amount', 'inquiry-without-secret']);

export interface Behaviour {
  readonly mode: Mode;
  readonly delayMs: number;
}

export const wellBehaved: Behaviour = { mode: 'ok', delayMs: 0 };

/** The order for one channel: one mode for some calls, or a seeded mixture. */
export interface Order {
  readonly on: CallKind;
  /** Remaining calls; undefined if the order holds until the next one. */
  readonly left: number | undefined;
  readonly delayMs: number;
  readonly choice:
    { readonly mode: Mode } | { readonly mix: readonly Mode[]; readonly share: number; readonly state: number };
}

/** The behaviour of the next call, and the rest of the order after it. */
export function nextBehaviour(
  order: Order | undefined,
  call: 'apply' | 'inquire',
): { readonly behaviour: Behaviour; readonly order: Order | undefined } {
  if (order === undefined || (order.on !== 'every' && order.on !== call)) return { behaviour: wellBehaved, order };
  const { choice, delayMs, left } = order;
  const rest = left === undefined ? order : { ...order, left: left - 1 };
  const remaining = rest.left === 0 ? undefined : rest;
  if ('mode' in choice) return { behaviour: { mode: choice.mode, delayMs }, order: remaining };
  const first = draw(choice.state);
  const second = draw(first.state);
  const picked = choice.mix[Math.floor(second.value * choice.mix.length)];
  const mode = first.value < choice.share ? (picked ?? 'ok') : 'ok';
  return {
    behaviour: { mode, delayMs },
    order: remaining && { ...remaining, choice: { ...choice, state: second.state } },
  };
}

/** A number from 0 to 1 from a seed, and the next seed (mulberry32). The same seed gives the same run. */
export function draw(state: number): { readonly value: number; readonly state: number } {
  const next = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000, state: next };
}

const DELAY_DEFAULT_MS = 1_000;
const DELAY_MAX_MS = 600_000;
const SHARE_DEFAULT = 0.5;

/** Reads the body of `POST /behaviour`. Undefined if it is not valid. */
export function readOrder(body: unknown): { readonly channel: Channel; readonly order: Order } | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { channel, mode, count = 'all', delayMs = DELAY_DEFAULT_MS, on = 'apply', ...more } = body as Fields;
  const { seed, share = SHARE_DEFAULT, modes: chosen, ...unknown } = more;
  if (!isOneOf(channels, channel) || !isOneOf(callKinds, on) || Object.keys(unknown).length > 0) return undefined;
  if (count !== 'all' && !isWhole(count, 1, 1_000_000)) return undefined;
  if (!isWhole(delayMs, 0, DELAY_MAX_MS)) return undefined;
  const common = { on, left: count === 'all' ? undefined : count, delayMs };
  if (mode === 'mix') {
    const mix = chosen === undefined ? healingModes(channel) : chosen;
    if (!isWhole(seed, 0, 0xffff_ffff) || typeof share !== 'number' || !(share >= 0 && share <= 1)) return undefined;
    if (!Array.isArray(mix) || mix.length === 0 || !mix.every((each) => isModeOf(channel, each))) return undefined;
    return { channel, order: { ...common, choice: { mix, share, state: seed } } };
  }
  if (!isModeOf(channel, mode) || seed !== undefined || chosen !== undefined || 'share' in more) return undefined;
  return { channel, order: { ...common, choice: { mode } } };
}

/** The modes of a mixture: misbehaviour that ends when the caller asks or repeats the same reference. */
function healingModes(channel: Channel): readonly Mode[] {
  return modes.filter((mode) => mode !== 'ok' && mode !== 'never-settles' && isModeOf(channel, mode));
}

function isModeOf(channel: Channel, mode: unknown): mode is Mode {
  return isOneOf(modes, mode) && (channel === 'cash' || !cashOnly.has(mode));
}

type Fields = Readonly<Record<string, unknown>>;

function isOneOf<T extends string>(list: readonly T[], value: unknown): value is T {
  return (list as readonly unknown[]).includes(value);
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}
