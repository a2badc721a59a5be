import { DataVersionError } from './data-version-error.js';
import { OtherCityError } from './other-city-error.js';

/**
 * The exit codes of a process that refuses the data that it finds. They let the program that started it explain why.
 */
export const keptDataExitCodes = { 'older-data': 78, 'newer-data': 79, 'other-city': 80, 'unknown-data': 81 } as const;

/** @returns the exit code if the error refuses existing data; otherwise undefined */
export function keptDataExitCodeOf(error: unknown): number | undefined {
  const isRefusal = error instanceof DataVersionError || error instanceof OtherCityError;
  return isRefusal ? keptDataExitCodes[error.code] : undefined;
}
