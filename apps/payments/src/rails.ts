import { Inject, Injectable } from '@nestjs/common';
import { RUNTIME, textSetting, type Runtime } from '#libs/service';
import { CashCodeRail, type Rail } from './cash-rail.js';

/** Every way to hand out money. What the books may have forgotten is asked of all of them. */
@Injectable()
export class Rails {
  readonly cash: Rail;

  constructor(@Inject(RUNTIME) runtime: Runtime<'payments'>) {
    this.cash = new CashCodeRail(textSetting(runtime.env, 'RAIL_URL', /^https?:\/\//));
  }

  /** With the way that each pays in. */
  get all(): readonly { readonly way: string; readonly rail: Rail }[] {
    return [{ way: 'CASH', rail: this.cash }];
  }
}
