import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { addDays, clocks, dayOf } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { Clock, HealthChecks, Log } from '#libs/service';
import {
  anchoredIn,
  freezeReasonOf,
  type AnchoredPair,
  type FreezeReason,
  type LedgerStatus,
} from '../domain/anchor.js';
import { Anchor } from './anchor-file.adapter.js';
import { ChainRepository } from './chain.repository.js';

/**
 * Moves the anchor forward after each commit and before anything is sent: nothing above the anchor reaches a rail. A
 * database that does not contain the anchored pair has been restored or has split, and payments holds.
 */
@Injectable()
export class AnchorService implements OnModuleInit {
  private freeze: FreezeReason | undefined;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly anchor: Anchor,
    private readonly chain: ChainRepository,
    private readonly clock: Clock,
    private readonly log: Log,
    checks: HealthChecks,
  ) {
    checks.set('ledgerFreeze', () => this.freeze ?? 'none');
  }

  async onModuleInit(): Promise<void> {
    await this.statusNow();
  }

  /** Why nothing is sent; undefined: it is. */
  get freezeReason(): FreezeReason | undefined {
    return this.freeze;
  }

  /** As `standing`, where nothing is planned by it. */
  statusNow(): Promise<LedgerStatus> {
    return this.transactions.read((reader) => this.status(reader));
  }

  /**
   * Asked in every transaction that plans or takes up anything, and in none is the answer of another one believed: a
   * connection that was lost and made anew may lead to another database.
   */
  async status(tx: Tx): Promise<LedgerStatus> {
    const reading = this.anchor.read();
    const anchored = anchoredIn(reading);
    const { hash, isLifted, liftedDay } = await this.chain.factsOf(tx, anchored);
    const isAnythingSent = reading === 'missing' && (await this.chain.isAnythingSent(tx));
    const freeze = freezeReasonOf(reading, { hash, isLifted, isAnythingSent });
    this.note(freeze);
    const today = dayOf(this.clock.now());
    const inquireFirst = liftedDay !== undefined && today <= addDays(liftedDay, clocks.topicRetentionDays);
    return { freeze, anchored, inquireFirst };
  }

  /** Moves the anchor to what is committed. @returns false: nothing may be sent now */
  async advance(): Promise<boolean> {
    const reading = this.anchor.read();
    const head = await this.head();
    const isThere = typeof reading !== 'string' && reading.seq === head.seq && reading.hash === head.hash;
    if (isThere && this.freeze === undefined) return true;
    if (this.freeze !== undefined && (await this.statusNow()).freeze !== undefined) return false;
    // Whoever moves it has looked while nobody else could move it, so two that have split cannot both go on.
    const isMoved = await this.alone(async () => {
      const { freeze, anchored } = await this.statusNow();
      if (freeze !== undefined) return false;
      if (head.seq > anchored.seq) this.anchor.write(head);
      return true;
    });
    return isMoved ?? false;
  }

  /** Runs work while nobody else can move the anchor. Undefined: somebody keeps it locked, and an alarm says so. */
  async alone<T extends object | boolean>(work: () => Promise<T>): Promise<T | undefined> {
    const result = await this.anchor.locked(work);
    if (result === undefined) this.log.write('warn', 'alarm', { alarm: 'anchor-locked' });
    return result;
  }

  /**
   * Two people have dealt with the hold: goes on from the present head, if the anchor is still where they saw it. Only
   * within `alone`.
   */
  async moveAfterLift(from: AnchoredPair): Promise<void> {
    const anchored = anchoredIn(this.anchor.read());
    if (anchored.seq === from.seq && anchored.hash === from.hash) this.anchor.write(await this.head());
    await this.statusNow();
  }

  private head(): Promise<AnchoredPair> {
    return this.transactions.read((reader) => this.chain.head(reader));
  }

  private note(freeze: FreezeReason | undefined): void {
    if (freeze !== undefined && freeze !== this.freeze) this.log.write('error', 'ledger-frozen', { code: freeze });
    if (freeze === undefined && this.freeze !== undefined) this.log.write('info', 'ledger-frozen', { code: 'lifted' });
    this.freeze = freeze;
  }
}
