import { services, type Service } from '#libs/contracts';

interface Checks {
  readonly clock?: string;
  readonly clockDay?: string;
  readonly witnessedDay?: string;
}

/**
 * One line for a person if services doubt their clocks, as after days without the system: they work, and destroy
 * nothing until somebody says that the day is right. Undefined: none does.
 */
export async function clockDoubtOf(internalUrls: Readonly<Record<Service, string>>): Promise<string | undefined> {
  const reports = await Promise.all(services.map((service) => checksAt(internalUrls[service])));
  const doubted = reports.filter(({ clock = 'believed' }) => clock !== 'believed');
  const [first] = doubted;
  if (first === undefined) return undefined;
  if (doubted.some(({ clock }) => clock === 'clocks-apart')) {
    return 'The clocks of services and databases differ, so that nothing is destroyed: see docs/runbooks/clock.md.';
  }
  return (
    `The last day that is certain is ${first.witnessedDay}, so that nothing is destroyed yet. ` +
    `If today is ${first.clockDay}: npm run amparo -- clock accept all`
  );
}

/** A service that does not answer has told its trouble elsewhere. */
async function checksAt(url: string): Promise<Checks> {
  try {
    const answer = await fetch(`${url}/health/ready`);
    return ((await answer.json()) as { readonly checks?: Checks }).checks ?? {};
  } catch {
    return {};
  }
}
