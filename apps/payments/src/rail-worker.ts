import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CODE_BYTES } from '#libs/contracts';
import { codeBinding, hpkeSeal, toBase64url } from '#libs/sealing';
import { RUNTIME, textSetting, Worker, type Runtime } from '#libs/service';
import { AnchorKeeper } from './anchor-keeper.js';
import { CashCodeRail, type Rail } from './cash-rail.js';
import type { HouseholdCommand } from './domain/household.js';
import { callFor, outcomeOf, type RailOutcome } from './domain/rail.js';
import { HouseholdStore, type HouseholdRecord } from './household.store.js';
import { PaymentDesk, type Work } from './payment-desk.js';
import { SlotStore, type DueSlot } from './slot.store.js';

const CALLS_AT_ONCE = 32;
const POLL_MS = 200;
const TURNS_POLL_MS = 5_000;
const TURNS_AT_ONCE = 200;

interface Answered {
  readonly slot: DueSlot;
  readonly outcome: RailOutcome;
}

/**
 * Carries committed intents to the rail and what the rail says back into the books. The call is outside of every
 * transaction; when nothing is known of it the slot is `unknown`, and only asked about.
 */
@Injectable()
export class RailWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rail: Rail;
  private readonly workers: readonly Worker[];

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime<'payments'>,
    @Inject(SlotStore) private readonly slots: SlotStore,
    @Inject(HouseholdStore) private readonly households: HouseholdStore,
    @Inject(PaymentDesk) private readonly desk: PaymentDesk,
    @Inject(AnchorKeeper) private readonly anchor: AnchorKeeper,
  ) {
    this.rail = new CashCodeRail(textSetting(runtime.env, 'RAIL_URL', /^https?:\/\//));
    const { log } = runtime;
    this.workers = [
      new Worker({ name: 'rail', log, pollMs: POLL_MS, work: () => this.carry() }),
      new Worker({ name: 'waiting-list', log, pollMs: TURNS_POLL_MS, work: () => this.giveTurns() }),
    ];
  }

  onApplicationBootstrap(): void {
    for (const worker of this.workers) worker.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop()));
  }

  /** One round: lease, call, settle. @returns how many slots were asked about */
  async carry(): Promise<number> {
    if (!(await this.anchor.advance())) return 0;
    const due = await this.runtime.bus.transaction(({ tx }) =>
      this.slots.takeDue(tx, { limit: CALLS_AT_ONCE, anchored: this.anchor.seq }),
    );
    if (due.length === 0) return 0;
    const answered = await Promise.all(due.map((slot) => this.ask(slot)));
    await this.runtime.bus.transaction(async (unit) => {
      await this.desk.take(await this.worksOf(unit.tx, answered), unit);
      await this.slots.askAgain(unit.tx, due);
    });
    return due.length;
  }

  /** Lets those on the waiting list, and those whose site's hour is over, try again. */
  async giveTurns(): Promise<number> {
    await this.runtime.bus.transaction(async (unit) => {
      const { turns, capped } = await this.slots.waiting(unit.tx, TURNS_AT_ONCE);
      const handles = await this.households.linked(unit.tx, [...turns, ...capped]);
      const works = [...turns, ...capped].flatMap((obligation): Work[] => {
        const handle = handles.get(obligation);
        return handle === undefined
          ? []
          : [{ handle, commands: [], turns: turns.includes(obligation) ? [obligation] : [] }];
      });
      await this.desk.take(works, unit);
    });
    return 0;
  }

  private async ask(slot: DueSlot): Promise<Answered> {
    const { reference, amountCents, state } = slot;
    const call = callFor(state, slot.isSecretLost);
    if (call === undefined) return { slot, outcome: { type: 'unchanged' } };
    const reply = await this.rail.send({ call, reference, amountCents });
    return { slot, outcome: outcomeOf({ call, state, reference, amountCents }, reply) };
  }

  private async worksOf(
    tx: Parameters<HouseholdStore['linked']>[0],
    answered: readonly Answered[],
  ): Promise<readonly Work[]> {
    const handles = await this.households.linked(
      tx,
      answered.map(({ slot }) => slot.obligation),
    );
    const households = await this.households.load(tx, [...new Set(handles.values())]);
    return answered.flatMap(({ slot, outcome }): Work[] => {
      const handle = handles.get(slot.obligation);
      if (handle === undefined) return [];
      const { obligation, slot: number, generation } = slot;
      return [
        {
          handle,
          commands: commandsFor(slot, outcome, households.get(handle)),
          rail: { obligation, name: { slot: number, generation }, outcome },
        },
      ];
    });
  }
}

function commandsFor(
  slot: DueSlot,
  outcome: RailOutcome,
  household: HouseholdRecord | undefined,
): readonly HouseholdCommand[] {
  const { obligation, slot: number, way, amountCents } = slot;
  if (outcome.type === 'collected') return [{ type: 'item-gone', obligation, slot: number }];
  const receiptKey = household?.keys?.receiptKey;
  if (outcome.type !== 'issued' || receiptKey === undefined) return [];
  const sealedCode = hpkeSeal({
    recipientKey: Buffer.from(receiptKey, 'base64url'),
    ...codeBinding(way, String(amountCents)),
    plaintext: Buffer.from(outcome.code.padEnd(CODE_BYTES)),
  });
  const item = { obligation, slot: number, way, amountCents, sealedCode: toBase64url(sealedCode) };
  return [{ type: 'item-ready', item }];
}
