import { Matches } from 'class-validator';
import { offsetsIn } from './clock-offset.js';
import { NotInProduction, Setting } from './setting.js';

/** The settings of a process's clock. */
export class ClockConfig {
  @Setting('NODE_ENV', { as: isProduction, fallback: false })
  readonly isProduction!: boolean;

  /**
   * A file with the milliseconds by which the machine's clock is moved, so that a test can live through days.
   * Production refuses it: a person who can write the file could age every key.
   */
  @Setting('CLOCK_OFFSET_FILE', { optional: true, as: fileOfOffset })
  @Matches(/./)
  @NotInProduction()
  readonly clockOffsetFile: string | undefined;
}

const environments = ['production', 'development', 'test'];

/** A misspelled name would otherwise count as not production. @throws TypeError */
function isProduction(text: string): boolean {
  if (!environments.includes(text)) throw new TypeError('no environment is called that');
  return text === 'production';
}

function fileOfOffset(path: string): string {
  if (offsetsIn(path) === undefined) throw new TypeError('the file holds no offset');
  return path;
}
