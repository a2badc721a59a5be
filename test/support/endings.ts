import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { addDays, dayNumber, type Service } from '#libs/contracts';
import { loadProfile, type Profile } from '#libs/policy';
import { toBody, type KindSpec } from '#libs/records';
import { kindsOf, type ServiceDefinition } from '#libs/service';

export const DAY = '2026-11-18';
export const day = dayNumber(DAY);

/** A record of a kind, in one of the states that end after a fixed time. */
export interface Sample {
  readonly kind: string;
  readonly what: string;
  readonly body: object;
  /** Days after `DAY` until the last day on which it is kept: everywhere, or in Los Angeles and in Santa Ana. */
  readonly keptDays: number | readonly [number, number];
}

const message = { contract: 'c', day: DAY, record: '' };

/** Records that every service keeps of messages. */
const ofMessages: readonly Sample[] = [
  { kind: 'handled', what: 'a key', body: { day: DAY, digest: 'd' }, keptDays: 9 },
  { kind: 'parked', what: 'a message', body: { ...message, code: 'c' }, keptDays: 8 },
  { kind: 'later', what: 'a message', body: message, keptDays: 8 },
  { kind: 'unsealed', what: 'a message', body: message, keptDays: 8 },
];

const cities: readonly Profile[] = ['los-angeles', 'santa-ana'].map((name) =>
  loadProfile(JSON.parse(readFileSync(new URL(`../../deploy/profiles/${name}.json`, import.meta.url), 'utf8'))),
);

/** Days after the last one on which somebody may look for the first time, for example after an outage. */
const LATER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 30, 31, 60, 90, 180, 365, 366, 730, 3_650, 36_500];

/** Tests that every kind of a service has an end and a sample, and that each sample ends on the day after its last. */
export function everyRecordEnds<S extends Service>(spec: ServiceDefinition<S>, own: readonly Sample[]): void {
  const samples = [...own, ...ofMessages];
  const cases = samples.flatMap((sample) =>
    cities.map((profile, at) => {
      const { keptDays } = sample;
      const days = typeof keptDays === 'number' ? keptDays : (keptDays[at] ?? 0);
      return [`${sample.kind}, ${sample.what}, in ${profile.id}`, { profile, sample, days }] as const;
    }),
  );

  describe(`every record of ${spec.service} ends`, () => {
    it.each(cities.map((profile) => [profile.id, profile] as const))(
      'each kind is shown, and has an end, in %s',
      (_id, profile) => {
        const kinds = kindsOf(spec, profile);
        expect(kinds.filter(({ isOver }) => isOver === undefined).map(({ kind }) => kind)).toEqual([]);
        expect(new Set(kinds.map(({ kind }) => kind))).toEqual(new Set(samples.map(({ kind }) => kind)));
      },
    );

    it.each(cases)(
      '%s: kept until its last day, over on the next and ever after',
      (_name, { profile, sample, days }) => {
        const kind = kindsOf(spec, profile).find((each) => each.kind === sample.kind) as Required<KindSpec>;
        const body = toBody(sample.body);
        const isOver = (after: number): boolean => kind.isOver(body, addDays(DAY, days + after));
        const before = Array.from({ length: days + 1 }, (_, ago) => -ago);
        expect(before.filter(isOver)).toEqual([]);
        expect(LATER.filter((after) => !isOver(after))).toEqual([]);
      },
    );
  });
}
