import { Injectable } from '@nestjs/common';
import { CashCodeRail, type Rail } from './cash-code.adapter.js';

/** Every way to hand out money. What the books may have forgotten is asked of all of them. */
@Injectable()
export class Rails {
  constructor(readonly cash: CashCodeRail) {}

  /** With the way that each pays in. */
  get all(): readonly { readonly way: string; readonly rail: Rail }[] {
    return [{ way: 'CASH', rail: this.cash }];
  }
}
