import { Matches } from 'class-validator';
import { offsetsIn } from './clock-offset.js';
import { OnlyInTests, Setting } from './setting.js';

/** The settings of a process's clock. */
export class ClockConfig {
  @Setting('NODE_ENV', { as: isProduction, fallback: false })
  readonly isProduction!: boolean;

  @Setting('NODE_ENV', { as: isTest, fallback: false })
  readonly isTest!: boolean;

  /**
   * A file with the milliseconds by which clocks are moved, so that a test can live through days. It is refused unless
   * the environment says that this is a test, and not only where it says that it is production: whoever can write the
   * file moves both clocks that guard destruction, and a city that forgot NODE_ENV must not be open to that.
   */
  @Setting('CLOCK_OFFSET_FILE', { optional: true, as: fileOfOffset })
  @Matches(/./)
  @OnlyInTests()
  readonly clockOffsetFile: string | undefined;
}

const environments = ['production', 'development', 'test'];

/** A misspelled name would otherwise count as not production. @throws TypeError */
function isProduction(text: string): boolean {
  if (!environments.includes(text)) throw new TypeError('no environment is called that');
  return text === 'production';
}

function isTest(text: string): boolean {
  return text === 'test';
}

function fileOfOffset(path: string): string {
  if (offsetsIn(path) === undefined) throw new TypeError('the file holds no offset');
  return path;
}
