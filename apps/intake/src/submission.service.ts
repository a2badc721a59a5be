import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { canonicalJson, type SubmitApplicationV1 } from '#libs/contracts';
import { sha256, toBase64url } from '#libs/sealing';
import { Clock, GroupCommit, OwnDeviceCeiling, type Bucket } from '#libs/service';
import { ApplicationRepository } from './application.repository.js';
import { BoxRepository } from './box.repository.js';
import { verdictOf, type Verdict } from './domain/acceptance.js';
import { filedMessage, receivedBox, sliceMessages, type Filing, type Origin } from './outgoing.js';
import { Pseudonyms } from './pseudonyms.js';

export interface Submission extends Origin {
  readonly application: SubmitApplicationV1;
  /** False for a day whose new applications are refused. A known application still gets its answer. */
  readonly mayBeNew: boolean;
}

const BATCH_MAX = 500;
const WAITING_MAX = 4_000;

/** Accepts applications and requests, many in one transaction. It answers only after the commit. */
@Injectable()
export class SubmissionService {
  private readonly submissions: GroupCommit<Submission, Verdict>;
  private readonly filings: GroupCommit<Filing, undefined>;

  constructor(
    private readonly transactions: Transactions<'intake'>,
    private readonly applications: ApplicationRepository,
    private readonly boxes: BoxRepository,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    ceiling: OwnDeviceCeiling,
  ) {
    const gate = ({ lane }: Origin) => (lane === 'own-device' ? ceiling.refusal() : undefined);
    const limits = { batchMax: BATCH_MAX, waitingMax: WAITING_MAX, gate };
    this.submissions = new GroupCommit<Submission, Verdict>({ ...limits, run: (batch) => this.commit(batch) });
    this.filings = new GroupCommit<Filing, undefined>({ ...limits, run: (batch) => this.commitFilings(batch) });
  }

  /** @throws Problem `busy`; `too-many` if households' own devices have sent as much as one hour allows */
  submit(submission: Submission, bucket: Bucket): Promise<Verdict> {
    return this.submissions.add(submission, bucket);
  }

  /** @throws as `submit` */
  file(filing: Filing, bucket: Bucket): Promise<undefined> {
    return this.filings.add(filing, bucket);
  }

  private commit(batch: readonly Submission[]): Promise<readonly Verdict[]> {
    const submissions = batch.map((submission) => ({ ...submission, digest: digestOf(submission.application) }));
    return this.transactions.run(async ({ tx, publish }) => {
      const sights = await this.applications.put(tx, submissions.map(asKnown));
      const accepted = submissions.filter((_, at) => sights[at]?.isNew);
      const version = this.clock.now().getTime();
      await this.boxes.add(
        tx,
        accepted.map(({ application }) => receivedBox(application, version)),
      );
      for (const submission of accepted) publish(...sliceMessages(submission, this.nameIn));
      return submissions.map(({ digest }, at) => verdictOf({ ...(sights[at] ?? notSeen), digest }));
    });
  }

  private commitFilings(batch: readonly Filing[]): Promise<readonly undefined[]> {
    return this.transactions.run(async ({ tx, publish }) => {
      const isNew = await this.applications.putRequests(
        tx,
        batch.map(({ sealed, day }) => ({ digest: sha256(Buffer.from(sealed)), day })),
      );
      publish(...batch.filter((_, at) => isNew[at]).map((filing) => filedMessage(filing, this.nameIn)));
      return batch.map(() => undefined);
    });
  }

  private readonly nameIn = (contract: string, id: Uint8Array): string => this.pseudonyms.nameIn(contract, id);
}

const notSeen = { isNew: false, knownDigest: undefined };

function asKnown({ application, digest, mayBeNew }: Submission & { readonly digest: string }) {
  const id = Buffer.from(application.application, 'base64url');
  return { id, day: application.day, digest, mayBeNew };
}

function digestOf(application: SubmitApplicationV1): string {
  return toBase64url(sha256(Buffer.from(canonicalJson(application))));
}
