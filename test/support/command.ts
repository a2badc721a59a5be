import { jest } from '@jest/globals';

import { main } from '../../deploy/operate/main.js';
import type { TestCity } from './city.js';

/** Gives an operator's command, as in a terminal. @returns its exit code, and the lines it has said */
export async function command(
  city: TestCity,
  ...words: readonly string[]
): Promise<{ readonly code: number; readonly said: readonly string[] }> {
  const said: string[] = [];
  const hear = (text: unknown): void => void said.push(String(text));
  const ears = (['log', 'error'] as const).map((level) => jest.spyOn(console, level).mockImplementation(hear));
  const before = process.exitCode;
  endWith(0);
  try {
    await main([...words, '--root', city.root]);
    return { code: Number(process.exitCode ?? 0), said };
  } finally {
    endWith(before);
    for (const ear of ears) ear.mockRestore();
  }
}

function endWith(code: typeof process.exitCode): void {
  process.exitCode = code;
}
