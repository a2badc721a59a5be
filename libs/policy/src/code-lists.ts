import type { CodeLists } from '#libs/contracts';

/** The class of the household's own statement: enough for a rapid grant only. Every city has it. */
export const OWN_STATEMENT_CLASS = 'R6';

/**
 * The closed lists of a city, from its profile or from the public part of it. A device and a service that read the same
 * profile get the same lists. What is missing or malformed gives an empty list, so that nothing is taken for known.
 */
export function codeListsOf(json: unknown): CodeLists {
  const profile = json as Readonly<Record<string, unknown>>;
  const residency = objectOf(profile['residency']);
  const languages = objectOf(profile['languages']);
  const ways = listOf(objectOf(profile['payment'])['ways']).filter((way) => objectOf(way)['enabled'] !== false);
  return {
    events: codesOf(profile['events']),
    needs: codesOf(profile['needs']),
    impactTypes: codesOf(profile['impactTypes']),
    serviceAreas: textsOf(residency['serviceAreas']),
    evidenceClasses: [...new Set([...codesOf(residency['evidenceClasses']), OWN_STATEMENT_CLASS])],
    payoutMethods: codesOf(ways),
    languages: ['full', 'summaryAndAudio', 'audioFirst'].flatMap((kind) => textsOf(languages[kind])),
  };
}

function codesOf(list: unknown): readonly string[] {
  return textsOf(listOf(list).map((item) => objectOf(item)['code']));
}

function textsOf(list: unknown): readonly string[] {
  return listOf(list).filter((item) => typeof item === 'string');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
