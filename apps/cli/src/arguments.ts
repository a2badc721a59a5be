import { services, type Service } from '#libs/contracts';

import { OperateProblem } from './problem.js';

const BYTES_32 = /^[\w-]{43}$/;
/** Stands before a value that begins like an option. No value of a command holds it. */
const VALUE = '=';

/** The form of each argument, and where the user finds its value. */
const forms = {
  batch: [/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/, 'as release make and release open print it'],
  digest: [BYTES_32, 'as release open and freeze show print it'],
  case: [BYTES_32, 'as review next prints it'],
  reference: [BYTES_32, 'as disputed list prints it'],
  hold: [/^hold-[\da-f]{18}$/, 'as legal-hold list prints it'],
  name: [BYTES_32, 'as legal-hold names prints it'],
  key: [/^[a-z0-9-]{3,40}$/, 'as it was enrolled'],
  day: [/^\d{4}-\d{2}-\d{2}$/, 'in the form YYYY-MM-DD'],
  head: [/^[a-z]+:\d{1,15}:[\w-]{43}$/, 'as audit verify prints it'],
} as const;

/**
 * Marks the values that begin with a hyphen, as one in 64 of those that the services print does. Commander would take
 * them for options; no option has their length.
 */
export function marked(args: readonly string[]): readonly string[] {
  return args.map((arg) => (arg.startsWith('-') && BYTES_32.test(arg) ? `${VALUE}${arg}` : arg));
}

/** For commander: accepts a text of the argument's form. @throws OperateProblem `bad-option` naming the argument */
export function formOf(argument: keyof typeof forms): (text: string) => string {
  const [form, where] = forms[argument];
  return (given) => {
    const text = given.startsWith(VALUE) ? given.slice(VALUE.length) : given;
    if (!form.test(text)) throw new OperateProblem('bad-option', `not a valid <${argument}>, ${where}`);
    return text;
  };
}

/** @throws OperateProblem `bad-option` if a name is not a service */
export function servicesNamed(names: readonly string[]): readonly Service[] {
  if (!names.every((name) => services.some((service) => service === name))) {
    throw new OperateProblem('bad-option', `a name is not a service; the services are ${services.join(', ')}`);
  }
  return services.filter((service) => names.length === 0 || names.includes(service));
}
