import { dayNumber, type Day } from '#libs/contracts';
import type { Profile } from './profile.js';

/** The number of the cycle in which a day lies. Cycles have the profile's length and are counted from 1970-01-01. */
export function cycleOf(profile: Pick<Profile, 'cycle'>, day: Day): number {
  return Math.floor(dayNumber(day) / profile.cycle.days);
}

/** The text whose hash is a cycle's public salt: one per city and cycle, the same for every device. */
export function cycleSaltText(profile: Pick<Profile, 'id'>, cycle: number): string {
  return `cycle-salt/v1 ${profile.id} ${cycle}`;
}
