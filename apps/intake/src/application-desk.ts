import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import {
  addDays,
  canonicalJson,
  clocks,
  type Lane,
  type RequestRecipient,
  type SubmitApplicationV1,
} from '#libs/contracts';
import { Transactions } from '#libs/bus';
import { Records } from '#libs/records';
import { Clock, GroupCommit } from '#libs/service';
import { verdictOf, type Verdict } from './domain/acceptance.js';
import { filedMessage, receivedBox, sliceMessages } from './outgoing.js';
import { Pseudonyms } from './pseudonyms.js';

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
  private readonly submissions: GroupCommit<Submission, Verdict>;
  private readonly filings: GroupCommit<Filing, undefined>;

  constructor(
    private readonly transactions: Transactions<'intake'>,
    private readonly records: Records,
    private readonly clock: Clock,
    private readonly pseudonyms: Pseudonyms,
  ) {
    this.submissions = new GroupCommit({
      batchMax: BATCH_MAX,
      waitingMax: WAITING_MAX,
      run: (batch) => this.commit(batch),
    });
    this.filings = new GroupCommit({
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
    const rows = batch.map(({ application }) => ({
      value: Buffer.from(application.application, 'base64url'),
      body: { digest: digestOf(application), day: application.day } satisfies KnownApplication,
    }));
    return this.transactions.run(async (unit) => {
      const store = await this.records.begin(unit.tx);
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
      const boxes = accepted.map(({ application }) => receivedBox(application, this.clock.now().getTime()));
      await store.put('box', boxes);
      for (const submission of accepted) unit.publish(...sliceMessages(submission, this.nameFor));
      return rows.map((row) =>
        verdictOf({ isNew: fresh.has(row), knownDigest: knownOf.get(row)?.digest, digest: row.body.digest }),
      );
    });
  }

  private commitFilings(batch: readonly Filing[]): Promise<readonly undefined[]> {
    const rows = batch.map((filing) => ({ value: digestOfText(filing.sealed), body: { day: filing.day } }));
    return this.transactions.run(async (unit) => {
      const added = await (await this.records.begin(unit.tx)).put(REQUEST, rows);
      batch.forEach((filing, at) => {
        if (added[at]) unit.publish(filedMessage(filing, this.nameFor));
      });
      return batch.map(() => undefined);
    });
  }

  private readonly nameFor = (contract: string, id: Uint8Array): string => this.pseudonyms.nameIn(contract, id);
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
