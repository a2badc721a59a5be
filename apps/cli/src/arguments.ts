import { services, type Service } from '#libs/contracts';

import { OperateProblem } from './problem.js';

const BYTES_32 = /^[\w-]{43}$/;

/** What an argument must look like, and where whoever gives the command finds one. */
const forms = {
  batch: [/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/, 'as release make and release open tell it'],
  digest: [BYTES_32, 'as release open and hold show tell it'],
  case: [BYTES_32, 'as review next tells it'],
  reference: [BYTES_32, 'as held list tells it'],
  hold: [/^hold-[\da-f]{18}$/, 'as legal-hold list tells it'],
  name: [BYTES_32, 'as legal-hold names tells it'],
} as const;

/** For commander: lets through what can be one. @throws OperateProblem `bad-option` naming the argument */
export function formOf(argument: keyof typeof forms): (text: string) => string {
  const [form, where] = forms[argument];
  return (text) => {
    if (!form.test(text)) throw new OperateProblem('bad-option', `that is no <${argument}>, ${where}`);
    return text;
  };
}

/** @throws OperateProblem `bad-option` naming what is no service */
export function servicesNamed(names: readonly string[]): readonly Service[] {
  const unknown = names.find((name) => !services.some((service) => service === name));
  if (unknown !== undefined) {
    throw new OperateProblem('bad-option', `${unknown} is no service; they are ${services.join(', ')}`);
  }
  return services.filter((service) => names.length === 0 || names.includes(service));
}
