import 'reflect-metadata';
import { keepsTheseKinds } from '../../../test/support/kinds.js';
import { intake } from '../src/intake.module.js';

// A record shows its kind and its size to whoever has the table. Every new one is a decision.
keepsTheseKinds(intake, {
  application: [160],
  request: [160],
  box: [1_931],
  handled: [112],
  parked: [3_708],
  later: [3_708, 2],
  unsealed: [3_708],
});
