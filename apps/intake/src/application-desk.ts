import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import {
  addDays,
  canonicalJson,
  clocks,
  type Lane,
  type RequestRecipient,
  type SubmitApplicationV1,
} from '#libs/contracts';
import { Gather, RUNTIME, type Runtime } from '#libs/service';
import { verdictOf, type Verdict } from './domain/acceptance.js';
import { filedMessage, receivedBox, sliceMessages } from './outgoing.js';

export interface Submission {
  readonly application: SubmitApplicationV1;
  readonly lane: Lane;
  readonly site: string | undefined;
  /** False for a day whose new applications are no longer taken: only what is known is answered. */
  readonly mayBeNew: boolean;
}

export interface Filing {
  readonly to: RequestRecipient;
  readonly day: string;
  readonly sealed: string;
  readonly lane: Lane;
  readonly site: string | undefined;
}

interface KnownApplication {
  readonly digest: string;
  readonly day: string;
}

const APPLICATION = 'application';
const REQUEST = 'request';
const BATCH_MAX = 500;
const WAITING_MAX = 4_000;

/** Takes applications and requests in, many in one transaction; answers only after the commit. */
@Injectable()
export class ApplicationDesk {
  private readonly submissions: Gather<Submission, Verdict>;
  private readonly filings: Gather<Filing, undefined>;

  constructor(@Inject(RUNTIME) private readonly runtime: Runtime<'intake'>) {
    this.submissions = new Gather({
      batchMax: BATCH_MAX,
      waitingMax: WAITING_MAX,
      run: (batch) => this.commit(batch),
    });
    this.filings = new Gather({
      batchMax: BATCH_MAX,
      waitingMax: WAITING_MAX,
      run: (batch) => this.commitFilings(batch),
    });
  }

  /** @throws Problem `busy` */
  submit(submission: Submission): Promise<Verdict> {
    return this.submissions.add(submission);
  }

  /** @throws Problem `busy` */
  file(filing: Filing): Promise<undefined> {
    return this.filings.add(filing);
  }

  private commit(batch: readonly Submission[]): Promise<readonly Verdict[]> {
    const { bus, records, clock } = this.runtime;
    const rows = batch.map(({ application }) => ({
      value: Buffer.from(application.application, 'base64url'),
      body: { digest: digestOf(application), day: application.day } satisfies KnownApplication,
    }));
    return bus.transaction(async (unit) => {
      const store = await records.begin(unit.tx);
      const candidates = rows.filter((_, at) => batch[at]?.mayBeNew);
      const added = await store.put(APPLICATION, candidates);
      const fresh = new Set(candidates.filter((_, at) => added[at]));
      const repeated = rows.filter((row) => !fresh.has(row));
      const known = await store.find<KnownApplication>(
        APPLICATION,
        repeated.map(({ value }) => value),
      );
      const knownOf = new Map(repeated.map((row, at) => [row, known[at]]));
      const accepted = batch.filter((_, at) => fresh.has(rows[at] as (typeof rows)[number]));
      const boxes = accepted.map(({ application }) => receivedBox(application, clock.now().getTime()));
      await store.put('box', boxes);
      for (const submission of accepted) unit.publish(...sliceMessages(submission, this.nameFor));
      return rows.map((row) =>
        verdictOf({ isNew: fresh.has(row), knownDigest: knownOf.get(row)?.digest, digest: row.body.digest }),
      );
    });
  }

  private commitFilings(batch: readonly Filing[]): Promise<readonly undefined[]> {
    const { bus, records } = this.runtime;
    const rows = batch.map((filing) => ({ value: digestOfText(filing.sealed), body: { day: filing.day } }));
    return bus.transaction(async (unit) => {
      const added = await (await records.begin(unit.tx)).put(REQUEST, rows);
      batch.forEach((filing, at) => {
        if (added[at]) unit.publish(filedMessage(filing, this.nameFor));
      });
      return batch.map(() => undefined);
    });
  }

  /** The same application has another name in each contract, so that no two consumers can compare. */
  private readonly nameFor = (contract: string, id: Uint8Array): string =>
    Buffer.from(this.runtime.keyed('submission', contract, id)).toString('base64url');
}

function digestOf(application: SubmitApplicationV1): string {
  return digestOfText(canonicalJson(application)).toString('base64url');
}

function digestOfText(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Kinds of records of applications and requests. A known application is forgotten when its day's keys are dead. */
export const applicationKinds = [APPLICATION, REQUEST].map((kind) => ({
  kind,
  sizeBytes: 160,
  work: false,
  isOver: (body: object, today: string) => addDays((body as KnownApplication).day, clocks.dayKeyDays) <= today,
}));
