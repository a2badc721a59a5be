import 'reflect-metadata';
import { keepsTheseKinds } from '../../../test/support/kinds.js';
import { notification } from '../src/notification.module.js';

// A record shows its kind and its size to whoever has the table. Every new one is a decision.
keepsTheseKinds(notification, {
  contact: [1_536],
  text: [192, 2],
  link: [1_024],
  handled: [112],
  parked: [2_256],
  later: [2_256, 2],
  unsealed: [2_256],
});
