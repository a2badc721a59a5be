import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

import { staffFile } from './enrolment.js';
import type { Layout } from './layout.js';

/** The city file that `amparo` reads: see apps/cli/README.md. */
export interface CityFile {
  /** The addresses of each service's processes. */
  readonly services: Readonly<Record<string, string | readonly string[]>>;
  /** The addresses of their internal listeners. */
  readonly internal: Readonly<Record<string, string | readonly string[]>>;
  /** Absent if the broker was given and somebody else sets it up. */
  readonly broker?: { readonly brokers: string; readonly username: string; readonly password: string };
  /** The PEM file of the authority that signs the services' certificates, relative to this file. */
  readonly ca?: string;
  /** The process with which the city ends. */
  readonly launcher?: number;
}

/**
 * Writes the city file, readable by its owner only. A concurrent reader sees the old file or the new one, never a part.
 */
export function writeCityFile(layout: Layout, city: CityFile): void {
  const named = { staff: basename(staffFile(layout)), clock: basename(layout.clock) };
  writeFileSync(`${layout.city}.new`, `${JSON.stringify({ ...city, ...named }, undefined, 1)}\n`, { mode: 0o600 });
  renameSync(`${layout.city}.new`, layout.city);
}

export function removeCityFile(layout: Layout): void {
  rmSync(layout.city, { force: true });
}
