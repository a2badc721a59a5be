export { CashCodeRail } from './cash-code.adapter.js';
export { CashModule } from './cash.module.js';
