const REFERENCE = /^[A-Za-z0-9_-]{1,128}$/;
const POSITION = /^(0|[1-9]\d{0,8})$/;
const CENTS = /^[1-9]\d{0,7}$/;
const NUMBER = /^\+1\d{10}$/;
const SENDER = /^[A-Za-z ]{3,30}$/;
const CODE = /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/;

/** Carriers split longer texts into two, which cost twice. */
export const TEXT_CHARS_MAX = 140;

type Shape = Readonly<Record<string, RegExp>>;

export const bodies = {
  issue: { reference: REFERENCE, amountCents: CENTS },
  reference: { reference: REFERENCE },
  statement: { after: POSITION },
  code: { code: CODE },
  message: { reference: REFERENCE, to: NUMBER, text: /^[^\n]+$/u },
} as const satisfies Record<string, Shape>;

const optional: Readonly<Record<string, RegExp>> = { from: SENDER };

/** The fields of a body; undefined if one is missing, invalid or unknown. */
export function readBody<S extends Shape>(shape: S, body: unknown): { readonly [F in keyof S]: string } | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const given = body as Readonly<Record<string, unknown>>;
  const allowed: Shape = 'text' in shape ? { ...shape, ...optional } : shape;
  for (const [name, value] of Object.entries(given)) {
    const pattern = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (pattern === undefined || typeof value !== 'string' || !pattern.test(value)) return undefined;
  }
  if (Object.keys(shape).some((name) => !Object.hasOwn(given, name))) return undefined;
  return given as { readonly [F in keyof S]: string };
}
