import { randomBytes } from 'node:crypto';

import { message, payoutChosen, payoutSlice, sealedSize, type Outgoing } from '#libs/contracts';

import { id, today } from './support.js';

/** A message that carries a slice which opens nowhere. */
export function chosen(name: string): Outgoing<'intake'> {
  const sealed = randomBytes(sealedSize(payoutSlice)).toString('base64url');
  return message(payoutChosen, today(), { submission: id(name), sealed, lane: 'own-device' });
}
