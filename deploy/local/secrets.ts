import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The passwords of one local system: random, made at its first start, never printed, readable by its owner only. */
export interface Secrets {
  readonly postgres: Readonly<Record<string, string>>;
  readonly kafka: Readonly<Record<string, string>>;
}

/** Reads the file, or makes it with a password for each name. */
export async function secretsAt(file: string, names: readonly string[]): Promise<Secrets> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
  const made: Secrets = { postgres: passwords(names), kafka: passwords(names) };
  await mkdir(dirname(file), { recursive: true });
  // Written under another name and renamed, so that an interrupted first start leaves no half-written file.
  await writeFile(`${file}.new`, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return made;
}

export function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

function passwords(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, newPassword()]));
}
