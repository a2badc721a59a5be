import { readFileSync, writeFileSync } from 'node:fs';

/** Whether the kernel may write this process's memory to a file when it crashes; `unknown` on another system. */
export type CoreFiles = 'on' | 'off' | 'unknown';

/** A crash would write keys and open slices to a disk. The service must not start in production. */
export class CoreFilesError extends Error {
  override readonly name = 'CoreFilesError';
  readonly code = 'core-files-on';

  constructor() {
    super(
      'a crash would write the memory to a file: start the process with the limit of core files at 0 (ulimit -c 0)',
    );
  }
}

/**
 * Takes all memory out of core files, which this process may do itself, and reads the limit, which whoever starts it
 * sets. A kernel that pipes core files to a program ignores the limit but not the filter.
 */
export function withholdMemory(): CoreFiles {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
    return coreFilesIn(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return 'unknown';
  }
}

/** @param limits the text of `/proc/self/limits`; the first number is the limit in force */
export function coreFilesIn(limits: string): CoreFiles {
  const [, soft] = /^Max core file size +(\S+) /m.exec(limits) ?? [];
  if (soft === undefined) return 'unknown';
  return soft === '0' ? 'off' : 'on';
}
