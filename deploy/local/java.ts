/**
 * A crash or an attached tool must not show what the process holds: no report with its memory and arguments, no core
 * file, no file in `/tmp` with its arguments, and no agent that another process loads into it.
 */
export const silentJvm = [
  '-XX:+SuppressFatalErrorMessage',
  '-XX:-CreateCoredumpOnCrash',
  '-XX:-UsePerfData',
  '-XX:+DisableAttachMechanism',
] as const;

/**
 * The text of a file that `java @file` reads in place of arguments, so that a password among them is on no command
 * line. The file may name the main class.
 */
export function argumentFile(args: readonly string[]): string {
  return args.map((arg) => `"${arg.replaceAll(/["\\]/g, (symbol) => `\\${symbol}`)}"\n`).join('');
}
