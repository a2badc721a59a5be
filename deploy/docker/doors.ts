import { createServer, connect, isIPv6, type Socket } from 'node:net';

/**
 * Forwards connections to services, which have no public network. Each connection goes to one instance of the named
 * service. The port that is open to the world leads to intake's public listener alone; a city replaces this program
 * with its own load balancer and TLS.
 *
 * With `/client` it says first where the connection comes from (PROXY protocol 1), so that the service limits each
 * client and not this program. It keeps no address.
 *
 *     doors.js 3001=intake:3001/client
 */
const doors = process.argv.slice(2).map((word) => {
  const [port, host, to, note] = word.split(/[=:/]/) as [string, string, string, string | undefined];
  return { port: Number(port), host, to: Number(to), saysClient: note === 'client' };
});

const CONNECTIONS_MAX = 8_000;

for (const { port, host, to, saysClient } of doors) {
  const server = createServer({ noDelay: true }, (outside) => {
    const inside = connect({ host, port: to, noDelay: true });
    if (saysClient) inside.write(clientLine(outside));
    outside.pipe(inside).pipe(outside);
    // If one end breaks, the other end is closed too. Neither error is logged.
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
    outside.on('close', () => inside.destroy());
    inside.on('close', () => outside.destroy());
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.listen(port, '0.0.0.0');
}

function clientLine({ remoteAddress, localAddress, remotePort, localPort }: Socket): string {
  if (remoteAddress === undefined || localAddress === undefined) return 'PROXY UNKNOWN\r\n';
  const family = isIPv6(remoteAddress) ? 'TCP6' : 'TCP4';
  return `PROXY ${family} ${remoteAddress} ${localAddress} ${remotePort} ${localPort}\r\n`;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
