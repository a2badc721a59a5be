import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

/**
 * The health check of a container, `alive.js PORT [secure]`: ends with 0 if the app answers. The certificate names the
 * container and is not checked, because the connection does not leave the container.
 */
const [port, secure] = process.argv.slice(2);
const address = { host: '127.0.0.1', port, path: '/health/live', timeout: 4_000 };
const asked =
  secure === undefined ? getPlain(address) : getSecure({ ...address, rejectUnauthorized: false, agent: false });
asked.on('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
asked.on('timeout', () => process.exit(1));
asked.on('error', () => process.exit(1));
