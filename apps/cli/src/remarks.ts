import type { Health, Instance } from './city.js';
import type { OperateProblem } from './problem.js';

/**
 * The parts of a health report that need an operator, each with the command or the page that helps.
 *
 * @param why the reason why the report has no counts, so that nobody takes their absence for calm
 */
export function remarksOn(
  { service }: Pick<Instance, 'service'>,
  health: Health | undefined,
  why?: OperateProblem,
): readonly string[] {
  if (why?.code === 'not-trusted') return ['its certificate is not trusted; see `ca` in the file of the city'];
  if (health === undefined) return ['does not answer; look at its log'];
  const { ready, checks } = health;
  const remarks = [
    checks['database'] === false && 'its database does not answer',
    checks['database'] !== false && why !== undefined && `its work was not counted: ${why.message}`,
    checks['lag'] === 'unknown' && checks['consumer'] !== 'stopped' && 'the broker does not answer',
    isSome(checks['topicsShort']) &&
      `too few brokers hold its topics, ${checks['topicsShort']}: docs/runbooks/broker-lost.md`,
    checks['tripped'] === true &&
      'stopped reading because it would park too many messages: see docs/runbooks/parked.md, ' +
        `then amparo breaker reset ${service}`,
    checks['relayTripped'] === true &&
      'stopped sending because the broker refused too many messages: see docs/runbooks/parked.md, ' +
        `then amparo breaker reset ${service}`,
    isSome(checks['unsealed']) &&
      `${checks['unsealed']} messages wait for a service that publishes no key: docs/runbooks/keys.md`,
    isForPeople(checks) && `messages are parked: amparo parked list ${service}`,
    typeof checks['ledgerFreeze'] === 'string' &&
      checks['ledgerFreeze'] !== 'none' &&
      `sends no money (${checks['ledgerFreeze']}): amparo freeze show`,
    isSome(checks['setAside']) &&
      `set aside ${checks['setAside']} items that fail on their content: docs/runbooks/set-aside.md`,
    isSome(checks['recordsDamaged']) &&
      `found ${checks['recordsDamaged']} records that do not open: docs/runbooks/set-aside.md`,
    clockRemark(service, checks),
    isSome(checks['turnDamaged']) && 'some records do not open, so their night remains: docs/runbooks/nightly-turn.md',
    checks['keyringReplicas'] === 'away' && 'the second copy of its keyring is missing: docs/runbooks/keys.md',
    typeof checks['certificate'] === 'string' &&
      checks['certificate'] !== 'good' &&
      `its certificate must be renewed (${checks['certificate']}): docs/runbooks/alarms.md`,
    !isClockDoubted(checks) && isSome(checks['turnOverdue']) && `the nightly turn was missed: amparo turn ${service}`,
  ].filter((remark) => typeof remark === 'string');
  return ready || remarks.length > 0 ? remarks : ['is not ready; look at its log'];
}

/** Every turn is missed while the clock is in doubt, so that only the cause is told. */
function isClockDoubted({ clock = 'believed' }: Health['checks']): boolean {
  return clock !== 'believed';
}

function clockRemark(service: string, checks: Health['checks']): string | false {
  const { clock, clockDay, witnessedDay } = checks;
  if (!isClockDoubted(checks)) return false;
  const waits = 'so that nothing is destroyed and no turn runs';
  if (clock === 'clocks-apart') {
    return `its clock and that of its database differ, ${waits}: docs/runbooks/clock.md`;
  }
  return (
    `its clock gives ${clockDay}, and the last day that is certain is ${witnessedDay}, ${waits}; ` +
    `if ${clockDay} is right: amparo clock accept ${service}`
  );
}

/** Work that waits for other staff. It is their daily work and needs no operator. */
export function workIn(health: Health | undefined): readonly string[] {
  const { casesInReview, paymentsToRelease, batchesOpen, paymentsDisputed } = health?.checks ?? {};
  return [
    isSome(casesInReview) && `cases that wait for a reviewer, ${casesInReview}: amparo review next --as NAME`,
    isSome(paymentsToRelease) && `payments that wait for a batch, ${paymentsToRelease}: amparo release make --as NAME`,
    isSome(batchesOpen) && `batches that wait for a checker, ${batchesOpen}: amparo release open --as NAME`,
    isSome(paymentsDisputed) &&
      `payments about which a partner contradicts itself, ${paymentsDisputed}: amparo disputed list --as NAME`,
  ].filter((work) => typeof work === 'string');
}

/** Current activity of a process that needs nobody. */
export function newsOf(health: Health | undefined): readonly string[] {
  const { republishing, turning } = health?.checks ?? {};
  return [
    isSome(republishing) && `republishes messages, ${republishing} left`,
    typeof turning === 'string' && turning !== 'no' && `turns the records, ${turning}`,
  ].filter((news) => typeof news === 'string');
}

/** What a device sealed badly is parked too, and no operator can do anything about it. */
function isForPeople({ parked, parkedFromDevices }: Health['checks']): boolean {
  if (typeof parked !== 'number') return false;
  return parked > (typeof parkedFromDevices === 'number' ? parkedFromDevices : 0);
}

function isSome(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}
