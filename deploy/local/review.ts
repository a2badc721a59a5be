// The contracts' validators read it while they are loaded.
import 'reflect-metadata';

import { runStaffProgram, sendAs, staffCommand, staffProgram, type StaffOptions } from './staff-request.js';

/** `npm run review`: a person looks at one case and decides; an appeal goes to somebody else. */
export async function main(args: readonly string[]): Promise<void> {
  const program = staffProgram('npm run review --', 'Settles cases that wait for a person of a local city.');
  staffCommand(program, 'next', 'shows the facts of one case, never whose it is').action(
    async (options: StaffOptions) => {
      const { next } = await sendAs<{ next: object | null }>(options, 'eligibility', {
        path: '/v1/review/next',
        content: {},
      });
      console.log(next === null ? 'No case waits.' : JSON.stringify(next, undefined, 2));
    },
  );
  for (const verdict of ['approve', 'decline']) {
    staffCommand(program, verdict, `decides: ${verdict}`)
      .argument('<case>', 'as `next` has named it')
      .action(async (name: string, options: StaffOptions) => {
        await sendAs(options, 'eligibility', { path: '/v1/review/settle', content: { case: name, verdict } });
        console.log('Settled.');
      });
  }
  await runStaffProgram(program, args);
}
