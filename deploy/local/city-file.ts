import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

import { staffFile } from './enrolment.js';
import type { Layout } from './layout.js';

/** What `amparo` is told of a city: see apps/cli/README.md. */
export interface CityFile {
  /** The addresses of each service's processes. */
  readonly services: Readonly<Record<string, string | readonly string[]>>;
  /** The same of their internal listeners. */
  readonly internal: Readonly<Record<string, string | readonly string[]>>;
  /** Absent when the broker was given and is set up by somebody else. */
  readonly broker?: { readonly brokers: string; readonly username: string; readonly password: string };
  /** The process with which the city ends. */
  readonly launcher?: number;
}

/** Writes the file that operators' commands read, for its owner only: a reader sees the old one or the new one. */
export function writeCityFile(layout: Layout, city: CityFile): void {
  const named = { staff: basename(staffFile(layout)), clock: basename(layout.clock) };
  writeFileSync(`${layout.city}.new`, `${JSON.stringify({ ...city, ...named }, undefined, 1)}\n`, { mode: 0o600 });
  renameSync(`${layout.city}.new`, layout.city);
}

export function removeCityFile(layout: Layout): void {
  rmSync(layout.city, { force: true });
}
