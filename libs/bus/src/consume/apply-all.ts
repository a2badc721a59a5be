import type { Handled } from './handlers.js';

export type Park = Extract<Handled, { readonly status: 'park' }>;

/** Parks a delivery under a code. The code is a word, never a value. */
export function park(code: string): Park {
  return { status: 'park', code };
}

export interface BatchSteps<D, T extends object> {
  /** Returns the command for a delivery, a code to park it under, or undefined if there is nothing to do. */
  readonly translate: (delivery: D, at: number) => (T & { readonly status?: never }) | Park | undefined;
  /** Applies every command of the batch, in the order of the deliveries. */
  readonly apply: (commands: readonly T[]) => Promise<void>;
}

/** Translates each delivery, applies all commands in one call, and answers in order. */
export async function applyAll<D, T extends object>(
  deliveries: readonly D[],
  { translate, apply }: BatchSteps<D, T>,
): Promise<readonly Handled[]> {
  const items = deliveries.map(translate);
  await apply(items.filter((item) => item !== undefined && !isPark(item)) as T[]);
  return items.map((item) => (item !== undefined && isPark(item) ? item : { status: 'done' }));
}

function isPark(item: object): item is Park {
  return 'status' in item && item.status === 'park';
}
