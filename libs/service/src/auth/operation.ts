const operations = new WeakMap<object, string>();

/**
 * What is called in the log what staff does by this route; without it, the route's pattern says it. Every attempt that
 * is signed is in the log with who made it, also one that is refused, and then with the code of the refusal.
 */
export function Operation(name: string): MethodDecorator {
  return (_target, _name, descriptor) => void operations.set(descriptor.value as object, name);
}

export function operationOf(route: object): string | undefined {
  return operations.get(route);
}
