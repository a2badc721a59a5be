import { rightsDifferences, type KafkaConnection, type RightsDifference } from '#libs/bus';
import type { Service } from '#libs/contracts';
import { errorFields, type Log } from '../log/log.js';

const ANSWERS_WITHIN_MS = 5_000;
const AGAIN_MS = 15_000;
const EXIT_CODE = 70;

/** The broker lets this service do something else than its contracts declare. The message names the first thing. */
export class OtherRightsError extends Error {
  override readonly name = 'OtherRightsError';
  readonly code = 'other-rights';

  constructor([first]: readonly RightsDifference[]) {
    const { what, how } = first ?? { what: 'a right', how: 'undeclared' };
    const verdict = how === 'missing' ? 'is missing' : 'is not declared';
    super(`The broker is not as the contracts declare it: ${what} ${verdict}.`);
  }
}

export interface BrokerRightsOptions {
  readonly service: Service;
  readonly connection: KafkaConnection;
  readonly log: Log;
  /** Ends the process. */
  readonly exit?: (code: number) => void;
  readonly differences?: typeof rightsDifferences;
}

/**
 * Compares the rights of the service at the broker with its contracts, before it serves. While the broker is away the
 * service starts all the same, because messages wait in its outbox; it ends as soon as the broker shows other rights.
 */
export class BrokerRights {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: BrokerRightsOptions) {}

  /** @throws OtherRightsError */
  async check(): Promise<void> {
    const answer = this.look();
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), ANSWERS_WITHIN_MS);
    const found = await Promise.race([answer, late]);
    clearTimeout(timer);
    if (found === undefined) this.later();
    else if (found.length > 0) throw new OtherRightsError(found);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** Undefined: the broker does not answer. */
  private async look(): Promise<readonly RightsDifference[] | undefined> {
    const { connection, service, differences = rightsDifferences } = this.options;
    return differences(connection, service).catch(() => undefined);
  }

  private later(): void {
    this.timer = setTimeout(() => void this.checkLate(), AGAIN_MS).unref();
  }

  private async checkLate(): Promise<void> {
    const { log, exit = (code: number) => process.exit(code) } = this.options;
    const found = await this.look();
    if (found === undefined) return this.later();
    if (found.length === 0) return;
    const error = new OtherRightsError(found);
    log.write('error', 'process-failed', errorFields(error));
    process.stderr.write(`${error.message}\n`);
    exit(EXIT_CODE);
  }
}
