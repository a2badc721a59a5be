import { Injectable } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { canonicalJson, type SubmitApplicationV1 } from '#libs/contracts';
import { sha256, toBase64url } from '#libs/sealing';
import { Clock, GroupCommit, OwnDeviceCeiling, Problem, type Bucket, type Bounded } from '#libs/service';
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

/** An item and the bucket in which it waits. */
type Queued<I> = I & { readonly bucket: Bucket };

const limits = { batchMax: 500, waitingMax: 4_000 };

/** Accepts applications and requests, many in one transaction. It answers only after the commit. */
@Injectable()
export class SubmissionService {
  private readonly submissions: GroupCommit<Queued<Submission>, Verdict | Problem>;
  private readonly filings: GroupCommit<Queued<Filing>, undefined | Problem>;

  constructor(
    private readonly transactions: Transactions<'intake'>,
    private readonly applications: ApplicationRepository,
    private readonly boxes: BoxRepository,
    private readonly pseudonyms: Pseudonyms,
    private readonly clock: Clock,
    private readonly ceiling: OwnDeviceCeiling,
  ) {
    this.submissions = new GroupCommit({ ...limits, run: (batch) => this.commit(batch) });
    this.filings = new GroupCommit({ ...limits, run: (batch) => this.commitFilings(batch) });
  }

  /** @throws Problem `busy`; `too-many` if households' own devices have sent as much as one hour allows */
  async submit(submission: Submission, bucket: Bucket): Promise<Verdict> {
    return orRefuse(await this.submissions.add({ ...submission, bucket }, bucket));
  }

  /** @throws as `submit` */
  async file(filing: Filing, bucket: Bucket): Promise<void> {
    orRefuse(await this.filings.add({ ...filing, bucket }, bucket));
  }

  private commit(batch: readonly Queued<Submission>[]): Promise<readonly (Verdict | Problem)[]> {
    const buckets = batch.map((submission) => (submission.mayBeNew ? boundedBucket(submission) : undefined));
    return this.ceiling.bound(buckets, (mayStore) => {
      const submissions = batch.map((submission, at) => ({
        ...submission,
        mayBeNew: submission.mayBeNew && mayStore[at] === true,
        digest: digestOf(submission.application),
      }));
      return this.store(submissions);
    });
  }

  private store(
    submissions: readonly (Submission & { readonly digest: string })[],
  ): Promise<readonly Bounded<Verdict>[]> {
    return this.transactions.run(async ({ tx, publish }) => {
      const sights = await this.applications.put(tx, submissions.map(asKnown));
      const accepted = submissions.filter((_, at) => sights[at]?.isNew);
      const version = this.clock.now().getTime();
      await this.boxes.add(
        tx,
        accepted.map(({ application }) => receivedBox(application, version)),
      );
      for (const submission of accepted) publish(...sliceMessages(submission, this.pseudonyms));
      return submissions.map(({ digest }, at) => {
        const { isNew, knownDigest } = sights[at] ?? notSeen;
        const state = isNew ? 'stored' : knownDigest === undefined ? 'unknown' : 'known';
        return { state, answer: verdictOf({ isNew, knownDigest, digest }) };
      });
    });
  }

  private commitFilings(batch: readonly Queued<Filing>[]): Promise<readonly (undefined | Problem)[]> {
    return this.ceiling.bound(batch.map(boundedBucket), (mayStore) =>
      this.transactions.run(async ({ tx, publish }) => {
        const sights = await this.applications.putRequests(
          tx,
          batch.map(({ sealed, day }, at) => ({
            digest: sha256(Buffer.from(sealed)),
            day,
            mayBeNew: mayStore[at] === true,
          })),
        );
        publish(...batch.filter((_, at) => sights[at]?.isNew).map((filing) => filedMessage(filing, this.pseudonyms)));
        return sights.map(({ isNew, isKnown }) => ({
          state: isNew ? 'stored' : isKnown ? 'known' : 'unknown',
          answer: undefined,
        }));
      }),
    );
  }
}

/** The ceiling bounds households' own devices alone. */
function boundedBucket({ lane, bucket }: Queued<Origin>): Bucket | undefined {
  return lane === 'own-device' ? bucket : undefined;
}

/** @throws Problem */
function orRefuse<O>(outcome: O | Problem): O {
  if (outcome instanceof Problem) throw outcome;
  return outcome;
}

const notSeen = { isNew: false, knownDigest: undefined };

function asKnown({ application, digest, mayBeNew }: Submission & { readonly digest: string }) {
  const id = Buffer.from(application.application, 'base64url');
  return { id, day: application.day, digest, mayBeNew };
}

function digestOf(application: SubmitApplicationV1): string {
  return toBase64url(sha256(Buffer.from(canonicalJson(application))));
}
