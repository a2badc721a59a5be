const operations = new WeakMap<object, string>();

/**
 * Names a route's operation in the log; the default is the route's pattern. The log has a line for each signed attempt
 * with the pseudonym of the person. A refused attempt has a second line with the code of the refusal.
 */
export function Operation(name: string): MethodDecorator {
  return (_target, _name, descriptor) => void operations.set(descriptor.value as object, name);
}

export function operationOf(route: object): string | undefined {
  return operations.get(route);
}
