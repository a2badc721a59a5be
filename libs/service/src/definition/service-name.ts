/** Which of the services this process is. */
export const SERVICE_NAME = Symbol('service name');
