import type { Health, Instance } from './reach.js';

/** What in the report of a process needs a person, each as a sentence with the command or the page that helps. */
export function remarksOn({ service }: Pick<Instance, 'service'>, health: Health | undefined): readonly string[] {
  if (health === undefined) return ['does not answer; look at its log'];
  const { checks } = health;
  return [
    checks['database'] === false && 'its database does not answer',
    checks['lag'] === 'unknown' && checks['consumer'] !== 'stopped' && 'the broker does not answer',
    checks['braked'] === true &&
      `has stopped reading because too much would be set aside: see docs/runbooks/parked.md, then amparo brake release ${service}`,
    isSome(checks['parked']) && `messages are set aside: amparo parked list ${service}`,
    isSome(checks['republishing']) && `sends again what can still be read, ${checks['republishing']} to look at`,
    typeof checks['hold'] === 'string' &&
      checks['hold'] !== 'none' &&
      `sends no money (${checks['hold']}): amparo hold show`,
    isSome(checks['turnOverdue']) && `the nightly turn was missed: amparo turn ${service}`,
  ].filter((remark) => typeof remark === 'string');
}

function isSome(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}
