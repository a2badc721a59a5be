import type { Service } from '#libs/contracts';

import type { TestCity } from './city.js';

/** Returns the numbers of the instances that report that they relay. */
export async function leadersOf(city: TestCity, service: Service): Promise<readonly number[]> {
  const urls = city.stack.internalUrlsOf(service);
  const checks = await Promise.all(
    urls.map(async (url) => {
      const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
      return ((await answer?.json()) as { checks: { relay: boolean } } | undefined)?.checks.relay === true;
    }),
  );
  return checks.flatMap((leads, at) => (leads ? [at + 1] : []));
}
