/** The name of the service that this process runs. */
export const SERVICE_NAME = Symbol('service name');
