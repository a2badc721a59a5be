/** Flags of every process of the system. `SIGUSR1` would open Node's debugger, which reads and runs anything in it. */
export const nodeFlags = [
  '--enable-source-maps',
  '--disable-warning=TimeoutNegativeWarning',
  '--disable-sigusr1',
] as const;

/** A program with its arguments, as `spawn` takes them. */
export interface Started {
  readonly command: string;
  readonly args: readonly string[];
}

/** The exit code of a shell that does not find the program. */
export const NOT_FOUND = 127;

/**
 * Starts a program without core files, which would hold passwords, keys and what a household said. Node cannot set the
 * limit, so a shell does and then becomes the program: the process id and the signals are those of the program.
 */
export function withoutCoreFiles({ command, args }: Started): Started {
  return { command: '/bin/sh', args: ['-c', 'ulimit -c 0 && exec "$0" "$@"', command, ...args] };
}
