import { messageClocks } from '../core/clocks.js';

/** The common part of intake's three slice messages and three request messages. */
export const intakeMessage = {
  producer: 'intake',
  versionRule: 'once',
  carriesSlice: true,
  clocks: messageClocks,
} as const;

export const lanes = ['kiosk', 'assisted', 'own-device'] as const;
/** How an application arrived. The lane affects the release, never the decision. */
export type Lane = (typeof lanes)[number];
