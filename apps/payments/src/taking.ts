import type { Handled } from '#libs/bus';
import type { Work } from './payment-desk.js';

/** Takes what a device has sealed as it should, and parks the rest under its code; one result for each delivery, in order. */
export async function parkOrTake(
  items: readonly (Work | string)[],
  take: (works: readonly Work[]) => Promise<void>,
): Promise<readonly Handled[]> {
  await take(items.filter((item) => typeof item !== 'string'));
  return items.map((item) =>
    typeof item === 'string' ? { status: 'park', code: item, isFromDevice: true } : { status: 'done' },
  );
}
