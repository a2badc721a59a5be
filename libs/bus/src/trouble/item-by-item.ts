import { failureOf } from './failure.js';

export interface ItemSteps<I> {
  /** Does the work for these items in one transaction: for all of them, or for none. */
  readonly together: (items: readonly I[]) => Promise<void>;
  /** Sets aside an item that makes `together` fail on its content even alone, in a transaction of its own. */
  readonly setAside: (item: I, error: unknown) => Promise<void>;
}

/**
 * Does the work for all items at once. One item never fails another: items that fail on their content are divided until
 * the item at fault is alone, and that one is set aside. The items keep their order. With k items at fault among n, it
 * runs about 2k log2(n / k) parts.
 *
 * @returns how many items were set aside
 * @throws the error of `together` if it does not concern the content: what is not done yet is due again. An error of
 *   `setAside` that concerns the content, after all other items are done
 */
export async function itemByItem<I>(items: readonly I[], steps: ItemSteps<I>): Promise<number> {
  const unset: unknown[] = [];
  const count = await divide(items, steps, unset);
  if (unset.length > 0) throw unset[0];
  return count;
}

async function divide<I>(items: readonly I[], steps: ItemSteps<I>, unset: unknown[]): Promise<number> {
  if (items.length === 0) return 0;
  try {
    await steps.together(items);
    return 0;
  } catch (error) {
    const failure = failureOf(error);
    const isDivided = items.length > 1 && (failure === 'content' || failure === 'timeout');
    // An absent database fails each part in the same way. Divided, it would be asked many times.
    if (!isDivided && failure !== 'content') throw error;
    if (!isDivided) return await setAside(items[0] as I, error, { steps, unset });
    const half = Math.ceil(items.length / 2);
    const first = await divide(items.slice(0, half), steps, unset);
    return first + (await divide(items.slice(half), steps, unset));
  }
}

async function setAside<I>(
  item: I,
  error: unknown,
  { steps, unset }: { readonly steps: ItemSteps<I>; readonly unset: unknown[] },
): Promise<1> {
  try {
    await steps.setAside(item, error);
  } catch (failed) {
    if (failureOf(failed) !== 'content') throw failed;
    unset.push(failed);
  }
  return 1;
}
