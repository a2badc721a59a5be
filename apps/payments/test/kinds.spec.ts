import 'reflect-metadata';
import { keepsTheseKinds } from '../../../test/support/kinds.js';
import { payments } from '../src/payments.module.js';

// A record shows its kind and its size to whoever has the table. Every new one is a decision.
keepsTheseKinds(payments, {
  household: [4_096],
  grant: [192],
  obligation: [192],
  wake: [192, 32],
  unseen: [192, 32],
  handled: [112],
  parked: [3_279],
  later: [3_279, 2],
  unsealed: [3_279],
});
