import { forbiddenNames } from './forbidden-names.js';

/** Words that are written together only by chance, such as `for mat`, are not joined below this length. */
const JOINED_MIN = 6;

/** The words of a name, without accents: `homeStreet_2` gives home, street, 2. */
export function wordsOf(name: string): readonly string[] {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replaceAll(/([A-Za-z])(\d)/g, '$1 $2')
    .replaceAll(/(\d)([A-Za-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
}

/** The entry that matches a name, or undefined. */
export function forbiddenIn(name: string): string | undefined {
  const words = wordsOf(name);
  const joined = words.flatMap((word, at) => [word + (words[at + 1] ?? '')]).filter((run) => run.length >= JOINED_MIN);
  return forbiddenNames.find((entry) => {
    const parts = entry.split(' ');
    if (
      words.some((_, start) => parts.every((part, at) => matches(words[start + at], part, at === parts.length - 1)))
    ) {
      return true;
    }
    const together = parts.join('');
    return together.length >= JOINED_MIN && [...words, ...joined].some((word) => matches(word, together, true));
  });
}

function matches(word: string | undefined, part: string, isLast: boolean): boolean {
  if (word === undefined) return false;
  if (part.endsWith('*')) return word.startsWith(part.slice(0, -1));
  return word === part || (isLast && word === `${part}s`);
}
