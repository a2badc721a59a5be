/** The one provider that a service's modules stand on; see `Runtime`. */
export const RUNTIME = Symbol('runtime');
