import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSignedDayKey, type SignedDayKey } from '../../day-key-entry.js';
import { replaceDurably } from './keyring-file.js';

export interface DayKeyLocation {
  readonly publicRoot: string;
  readonly service: string;
}

/** Each service writes in its own folder, so that file rights can exclude the others. */
export function dayKeyFile({ publicRoot, service }: DayKeyLocation): string {
  return join(publicRoot, service, 'day-keys.json');
}

/** The published day keys of a service, in its order. Malformed entries are left out. A missing file has none. */
export function publishedDayKeys(location: DayKeyLocation): readonly SignedDayKey[] {
  try {
    const entries: unknown = JSON.parse(readFileSync(dayKeyFile(location), 'utf8'));
    return Array.isArray(entries) ? entries.filter(isSignedDayKey) : [];
  } catch {
    return [];
  }
}

/** Replaces the published day keys as a whole. Readers see the old list or the new one. */
export function publishDayKeys(location: DayKeyLocation, entries: readonly SignedDayKey[]): void {
  mkdirSync(join(location.publicRoot, location.service), { recursive: true });
  replaceDurably(dayKeyFile(location), Buffer.from(`${JSON.stringify(entries, null, 2)}\n`), 0o644);
}
