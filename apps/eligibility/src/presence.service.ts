import { Injectable } from '@nestjs/common';
import { dayNumber } from '#libs/contracts';
import type { Tx } from '#libs/database';
import { bytes, toBase64url } from '#libs/sealing';
import { CityProfile } from '#libs/service';
import { confirm, linkCase, type Until } from './domain/presence.js';
import { PresenceRepository } from './presence.repository.js';

/** An application that arrived, with the name that it gives payments for the household. */
export interface Arrived {
  readonly householdRef: Uint8Array;
  /** base64url */
  readonly paymentsRef: string;
  /** A device of the city signed the application. */
  readonly isAttended: boolean;
  /** Days since 1970-01-01. */
  readonly day: number;
}

/** Knows of which cases somebody has seen the household. */
@Injectable()
export class PresenceService {
  constructor(
    private readonly links: PresenceRepository,
    private readonly city: CityProfile,
  ) {}

  /** Links the applications from home to payments' households. @returns for each whether its household was seen */
  async arrive(tx: Tx, arrived: readonly Arrived[]): Promise<readonly boolean[]> {
    const unattended = arrived.filter(({ isAttended }) => !isAttended);
    const links = await this.links.lock(
      tx,
      unattended.map(({ paymentsRef }) => paymentsRef),
    );
    const seen = arrived.map(({ householdRef, paymentsRef, isAttended, day }) => {
      if (isAttended) return true;
      const { link, isSeen } = linkCase(links.get(paymentsRef), toBase64url(householdRef), this.untilOf(day));
      links.set(paymentsRef, link);
      return isSeen;
    });
    await this.links.save(tx, links);
    return seen;
  }

  /** Notes that somebody has seen these households. @returns the cases among them that are known */
  async confirm(
    tx: Tx,
    confirmed: readonly { readonly paymentsRef: string; readonly day: string }[],
  ): Promise<readonly (Uint8Array | undefined)[]> {
    const links = await this.links.lock(
      tx,
      confirmed.map(({ paymentsRef }) => paymentsRef),
    );
    const cases = confirmed.map(({ paymentsRef, day }) => {
      const link = confirm(links.get(paymentsRef), this.untilOf(dayNumber(day)));
      links.set(paymentsRef, link);
      return link.householdRef === undefined ? undefined : bytes(link.householdRef);
    });
    await this.links.save(tx, links);
    return cases;
  }

  private untilOf(day: number): Until {
    const { nothingOlderDays, waitDays, reopenDays } = this.city.clocks;
    const nothingOlder = day + 2 * nothingOlderDays;
    return { nothingOlder, presence: nothingOlder + waitDays + reopenDays };
  }
}
