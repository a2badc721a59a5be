import { DataVersionError } from './data-version-error.js';
import { OtherCityError } from './other-city-error.js';

/**
 * A process that refuses the data that it finds ends with one of these, so that whoever has started it can say more.
 */
export const keptDataExitCodes = { 'older-data': 78, 'newer-data': 79, 'other-city': 80, 'unknown-data': 81 } as const;

/** @returns the exit code where the error refuses what is kept; otherwise undefined */
export function keptDataExitCodeOf(error: unknown): number | undefined {
  const isRefusal = error instanceof DataVersionError || error instanceof OtherCityError;
  return isRefusal ? keptDataExitCodes[error.code] : undefined;
}
