import { existsSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { devicesFile, staffFile } from './enrolment.js';
import type { Place } from './place.js';

export function logFile(place: Place, name: string): string {
  return join(place.logs, `${name}.log`);
}

/** A process's log for this run. The log of the run before is kept under another name; older ones go. */
export function freshLog(place: Place, name: string): string {
  const file = logFile(place, name);
  if (existsSync(file)) renameSync(file, join(place.logs, `${name}.previous.log`));
  return file;
}

/** Removes what an earlier system kept in this place. */
export async function startOver(place: Place): Promise<void> {
  const { postgres, kafka, keyring, logs, anchor, secrets, city, clock, root } = place;
  const kept = [postgres, kafka, keyring, logs, anchor, secrets, city, clock, join(root, 'rail-simulator')];
  kept.push(devicesFile(place), staffFile(place));
  await Promise.all(kept.map((path) => rm(path, { recursive: true, force: true })));
}
