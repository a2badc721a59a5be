import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Service } from '#libs/contracts';
import { loadProfile, type Profile } from '#libs/policy';
import { kindsOf, type ServiceDefinition } from '#libs/service';

/** Bytes before sealing; and for work, the most days until it is due. */
export type DeclaredKind = readonly [sizeBytes: number, dueWithinDays?: number];

const cities: readonly Profile[] = ['los-angeles', 'santa-ana'].map((name) =>
  loadProfile(JSON.parse(readFileSync(new URL(`../../deploy/profiles/${name}.json`, import.meta.url), 'utf8'))),
);

/** Tests that a service keeps records of these kinds and sizes and of no others, the same in every city. */
export function keepsTheseKinds<S extends Service>(
  spec: ServiceDefinition<S>,
  declared: Readonly<Record<string, DeclaredKind>>,
): void {
  describe(`the records of ${spec.service}`, () => {
    it.each(cities.map((profile) => [profile.id, profile] as const))(
      'are of these kinds and sizes in %s, and of no others',
      (_id, profile) => {
        const kinds = kindsOf(spec, profile).map(({ kind, sizeBytes, work, dueWithinDays }) => {
          const due = dueWithinDays === undefined ? [] : [dueWithinDays];
          expect([kind, work]).toEqual([kind, due.length === 1]);
          return [kind, [sizeBytes, ...due]];
        });
        expect(Object.fromEntries(kinds)).toEqual(declared);
      },
    );
  });
}
