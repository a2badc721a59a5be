import 'reflect-metadata';
import { keepsTheseKinds } from '../../../test/support/kinds.js';
import { eligibility } from '../src/eligibility.module.js';

// A record shows its kind and its size to whoever has the table. Every new one is a decision.
keepsTheseKinds(eligibility, {
  case: [2_304],
  grant: [192],
  presence: [192],
  review: [192, 2],
  'open-review': [160],
  token: [512],
  handled: [112],
  parked: [3_708],
  later: [3_708, 2],
  unsealed: [3_708],
});
