import type { Twin } from './twin.js';
import { twinsOfApps } from './twins-of-apps.js';
import { twinsOfBodies } from './twins-of-bodies.js';
import { twinsOfBreakers } from './twins-of-breakers.js';
import { twinsOfClocks } from './twins-of-clocks.js';
import { twinsOfCodes } from './twins-of-codes.js';
import { twinsOfAudit } from './twins-of-audit.js';
import { twinsOfContainers } from './twins-of-containers.js';
import { twinsOfDurability } from './twins-of-durability.js';
import { twinsOfDoors } from './twins-of-doors.js';
import { twinsOfFaults } from './twins-of-faults.js';
import { twinsOfHouseholds } from './twins-of-households.js';
import { twinsOfIntruders } from './twins-of-intruders.js';
import { twinsOfItems } from './twins-of-items.js';
import { twinsOfKeys } from './twins-of-keys.js';
import { twinsOfLedger } from './twins-of-ledger.js';
import { twinsOfLibs } from './twins-of-libs.js';
import { twinsOfLists } from './twins-of-lists.js';
import { twinsOfLimits } from './twins-of-limits.js';
import { twinsOfNights } from './twins-of-nights.js';
import { twinsOfPages } from './twins-of-pages.js';
import { twinsOfPresence } from './twins-of-presence.js';
import { twinsOfRest } from './twins-of-rest.js';
import { twinsOfRestores } from './twins-of-restores.js';
import { twinsOfRights } from './twins-of-rights.js';
import { twinsOfSeconds } from './twins-of-seconds.js';
import { twinsOfSilence } from './twins-of-silence.js';
import { twinsOfSignatures } from './twins-of-signatures.js';
import { twinsOfWiring } from './twins-of-wiring.js';

/** All of them: what is in no list here is run by nobody. */
export const twins: readonly Twin[] = [
  ...twinsOfLedger,
  ...twinsOfLibs,
  ...twinsOfApps,
  ...twinsOfDoors,
  ...twinsOfDurability,
  ...twinsOfBodies,
  ...twinsOfBreakers,
  ...twinsOfClocks,
  ...twinsOfCodes,
  ...twinsOfHouseholds,
  ...twinsOfAudit,
  ...twinsOfContainers,
  ...twinsOfIntruders,
  ...twinsOfItems,
  ...twinsOfKeys,
  ...twinsOfFaults,
  ...twinsOfLists,
  ...twinsOfLimits,
  ...twinsOfNights,
  ...twinsOfPages,
  ...twinsOfPresence,
  ...twinsOfRest,
  ...twinsOfRestores,
  ...twinsOfRights,
  ...twinsOfSeconds,
  ...twinsOfSilence,
  ...twinsOfSignatures,
  ...twinsOfWiring,
];
