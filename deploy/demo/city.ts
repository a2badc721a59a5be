import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Door } from '#libs/household';
import type { PinnedIdentities } from '#libs/sealing';

import { devicesFile, type LocalDevice } from '../local/enrolment.js';
import { pinnedIdentitiesFile } from '../local/keyring.js';
import { layoutAt, repositoryRoot } from '../local/layout.js';
import { signerFrom } from '../local/signer.js';

/** The kiosks of a local city, each as a client of intake's public routes. */
export function kioskDoors(root: string, intakeUrl: string): readonly Door[] {
  const devices = JSON.parse(readFileSync(devicesFile(layoutAt(root)), 'utf8')) as LocalDevice[];
  return devices
    .filter(({ lane }) => lane === 'kiosk')
    .map(({ name, seed }) => new Door({ url: intakeUrl, device: signerFrom(name, seed) }));
}

/** The pinned identity keys, which devices receive with the page. */
export function pinnedOf(root: string): PinnedIdentities {
  return JSON.parse(readFileSync(pinnedIdentitiesFile(layoutAt(root)), 'utf8')) as PinnedIdentities;
}

/**
 * The differences from Los Angeles, so that the measured limits are the machine's and not the fund's. The demo prints
 * them when it starts.
 */
export const demoLimits = {
  openingBalanceUsd: 50_000_000,
  rapidPercentPerWeek: 100,
  capPerSitePerHourUsd: 100_000,
} as const;

/**
 * Writes a profile derived from Los Angeles with larger limits.
 *
 * @param isSampled false: no case is drawn for an extra review, so that a test knows the result
 * @returns its path
 */
export async function writeDemoProfile(folder: string, { isSampled = true } = {}): Promise<string> {
  const source = join(repositoryRoot, 'deploy', 'profiles', 'los-angeles.json');
  const profile = JSON.parse(await readFile(source, 'utf8')) as DemoProfile;
  profile.profileId = 'us-ca-los-angeles-demo';
  const [fund] = profile.fundSources;
  if (fund !== undefined) fund.openingBalanceUsd = demoLimits.openingBalanceUsd;
  profile.grants.rapid.budgetCapPercentPerWeek = demoLimits.rapidPercentPerWeek;
  profile.release.rapid.capPerSitePerHourUsd = demoLimits.capPerSitePerHourUsd;
  if (!isSampled)
    profile.reviewTriggers = profile.reviewTriggers.filter(({ when }) => !when.startsWith('random-sample'));
  const path = join(folder, 'demo-profile.json');
  await mkdir(folder, { recursive: true });
  await writeFile(path, JSON.stringify(profile, undefined, 1));
  return path;
}

interface DemoProfile {
  profileId: string;
  fundSources: { openingBalanceUsd: number }[];
  grants: { rapid: { budgetCapPercentPerWeek: number } };
  release: { rapid: { capPerSitePerHourUsd: number } };
  reviewTriggers: { when: string }[];
}
