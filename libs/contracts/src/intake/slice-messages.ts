import { messageClocks } from '../core/clocks.js';

/** What the three slice messages and the three request messages of intake have in common. */
export const intakeMessage = {
  producer: 'intake',
  versionRule: 'once',
  clocks: messageClocks,
} as const;

export const lanes = ['kiosk', 'assisted', 'own-device'] as const;
/** Where an application came from. It affects release, never the decision. */
export type Lane = (typeof lanes)[number];
