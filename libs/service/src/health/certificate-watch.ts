import { DAY_MS, dayOf } from '#libs/contracts';
import type { Clock } from '../clock/clock.js';
import type { HealthChecks } from './health-checks.js';
import type { Log } from '../log/log.js';
import type { Worker } from '../scheduling/worker.js';
import type { Workers } from '../scheduling/workers.js';
import type { Certificate } from '../http/certificate.js';

const CHECK_MS = 10_000;
/** From then on an alarm says each day that the certificate ends. */
const EARLY_DAYS = 21;
/** A renewal writes one file after the other, so one round may see files that do not belong together. */
const FAILURES_MIN = 2;

/** What an operator reads of the certificate: `good`, `ends 2026-12-20`, `ended 2026-12-20` or `unreadable`. */
export type CertificateState = string;

/** Takes a renewed certificate while the process runs, and says in time that nobody has renewed it. */
export class CertificateWatch {
  private readonly toldOn = new Map<string, string>();
  private failures = 0;

  constructor(
    private readonly certificate: Certificate,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Checks again and again. The worker logs each round in which the files cannot be used. */
  start(workers: Workers, checks: HealthChecks): Worker {
    checks.set('certificate', () => this.state());
    const work = () => this.round();
    const worker = workers.make({ name: 'certificate', pollMs: CHECK_MS, failurePauseMs: CHECK_MS, work });
    worker.start();
    this.clock.onLeap?.(() => worker.wake());
    return worker;
  }

  state(): CertificateState {
    if (this.failures >= FAILURES_MIN) return 'unreadable';
    const { endsAt } = this.certificate;
    if (this.daysLeft() > EARLY_DAYS) return 'good';
    return `${endsAt > this.clock.now() ? 'ends' : 'ended'} ${dayOf(endsAt)}`;
  }

  /** @throws if the files cannot be used; the listeners keep the last good certificate */
  async round(): Promise<0> {
    try {
      await this.certificate.renew();
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      if (this.failures >= FAILURES_MIN) this.tell({ code: 'unreadable' });
      throw error;
    } finally {
      const count = this.daysLeft();
      if (count <= EARLY_DAYS) this.tell({ code: 'soon', count, day: dayOf(this.certificate.endsAt) });
    }
    return 0;
  }

  private daysLeft(): number {
    return Math.floor((this.certificate.endsAt.getTime() - this.clock.now().getTime()) / DAY_MS);
  }

  /** Once a day for each code. */
  private tell(fields: { readonly code: 'soon' | 'unreadable'; readonly count?: number; readonly day?: string }): void {
    const today = dayOf(this.clock.now());
    if (this.toldOn.get(fields.code) === today) return;
    this.toldOn.set(fields.code, today);
    this.log.write('warn', 'alarm', { alarm: 'certificate-ends', ...fields });
  }
}
