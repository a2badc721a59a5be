import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Transactions } from '#libs/bus';
import { addDays, clocks } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { DestructionGate } from '#libs/records';
import { HealthChecks, Log } from '#libs/service';
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
 * Moves the anchor forward after each commit and before anything is sent. Nothing above the anchor reaches a rail. If
 * the database does not contain the anchored pair, it was restored or has split, and the ledger is frozen.
 */
@Injectable()
export class AnchorService implements OnModuleInit {
  private freeze: FreezeReason | undefined;

  constructor(
    private readonly transactions: Transactions<'payments'>,
    private readonly anchor: Anchor,
    private readonly chain: ChainRepository,
    private readonly gate: DestructionGate,
    private readonly log: Log,
    checks: HealthChecks,
  ) {
    checks.set('ledgerFreeze', () => this.freeze ?? 'none');
  }

  async onModuleInit(): Promise<void> {
    await this.statusNow();
  }

  /** Why the ledger is frozen; undefined: it is not. */
  get freezeReason(): FreezeReason | undefined {
    return this.freeze;
  }

  /** Same as `status`, for callers that plan nothing in the same transaction. */
  statusNow(): Promise<LedgerStatus> {
    return this.transactions.read((reader) => this.status(reader));
  }

  /**
   * Reads the ledger status. Every transaction that plans or claims reads it again: a new connection may lead to
   * another database.
   */
  async status(tx: Tx): Promise<LedgerStatus> {
    const reading = this.anchor.read();
    const anchored = anchoredIn(reading);
    const { hash, isLifted, liftedDay } = await this.chain.factsOf(tx, anchored);
    const isAnythingSent = reading === 'missing' && (await this.chain.isAnythingSent(tx));
    const freeze = freezeReasonOf(reading, { hash, isLifted, isAnythingSent });
    this.note(freeze);
    // A clock that runs ahead must not end the days in which the rail is asked before it is told to pay.
    const inquireFirst =
      liftedDay !== undefined && (await this.gate.agingDay(tx)) <= addDays(liftedDay, clocks.topicRetentionDays);
    return { freeze, anchored, inquireFirst };
  }

  /** Moves the anchor to the committed head. @returns false: nothing may be sent now */
  async advance(): Promise<boolean> {
    const reading = this.anchor.read();
    const head = await this.head();
    const isThere = typeof reading !== 'string' && reading.seq === head.seq && reading.hash === head.hash;
    if (isThere && this.freeze === undefined) return true;
    if (this.freeze !== undefined && (await this.statusNow()).freeze !== undefined) return false;
    // The check and the move share one lock, so that two databases that have split cannot both go on.
    const isMoved = await this.alone(async () => {
      const { freeze, anchored } = await this.statusNow();
      if (freeze !== undefined) return false;
      if (head.seq > anchored.seq) this.anchor.write(head);
      return true;
    });
    return isMoved ?? false;
  }

  /**
   * Runs work while nobody else can move the anchor. Undefined: another process kept the lock, and an alarm reports it.
   */
  async alone<T extends object | boolean>(work: () => Promise<T>): Promise<T | undefined> {
    const result = await this.anchor.locked(work);
    if (result === undefined) this.log.write('warn', 'alarm', { alarm: 'anchor-locked' });
    return result;
  }

  /**
   * Moves the anchor to the present head after two people lifted the freeze, if the anchor is still the pair that they
   * saw. The caller must be inside `alone`.
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
