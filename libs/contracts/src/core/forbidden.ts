/**
 * Names of data that is never asked and never stored: status, origin, government numbers, papers, places, devices. A
 * name is split into its words (camelCase, snake_case, kebab-case). An entry of several words matches a run of them, an
 * entry ending in `*` matches the beginning of a word.
 */
export const forbiddenNames = [
  'ssn', 'social security', 'itin', 'alien*', 'a number', 'anumber', 'uscis', 'visa', 'passport*', 'pasaporte*',
  'matricula*', 'consul*', 'curp', 'dui', 'dpi', 'ine', 'citizen*', 'ciudadan*', 'immigra*', 'migrator*',
  'status legal', 'legal status', 'undocumented', 'birth country', 'country of', 'nationalit*', 'nacionalidad*',
  'place of birth', 'birthplace', 'ethnic*', 'race', 'tribe', 'religion*', 'church*', 'dob', 'birth date', 'birthdate',
  'fecha nac*', 'latitude', 'longitude', 'geo', 'ip address', 'device id', 'user agent', 'street*', 'address*',
  'domicilio*', 'zip', 'postal*', 'employer*', 'patron', 'workplace*', 'raid location', 'detainee*', 'detention*',
  'language pref*', 'photo*', 'image*', 'scan', 'fingerprint*', 'plate',
] as const; // prettier-ignore

/** The words of a name: `homeStreet_2` gives home, street, 2. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

/** The entry that matches a name, or undefined. */
export function forbiddenIn(name: string): string | undefined {
  const words = wordsOf(name);
  return forbiddenNames.find((entry) => {
    const parts = entry.split(' ');
    return words.some((_, start) => parts.every((part, offset) => matches(words[start + offset], part)));
  });
}

function matches(word: string | undefined, part: string): boolean {
  if (word === undefined) return false;
  return part.endsWith('*') ? word.startsWith(part.slice(0, -1)) : word === part;
}
