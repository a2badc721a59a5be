import { createServer, connect } from 'node:net';

/**
 * Forwards connections to services, which have no public network. Each connection goes to one instance of the named
 * service. The port that is open to the world leads to intake's public listener alone; a city replaces this program
 * with its own load balancer and TLS.
 *
 *     doors.js 3001=intake:3001
 */
const doors = process.argv.slice(2).map((word) => {
  const [port, host, to] = word.split(/[=:]/) as [string, string, string];
  return { port: Number(port), host, to: Number(to) };
});

for (const { port, host, to } of doors) {
  const server = createServer({ noDelay: true }, (outside) => {
    const inside = connect({ host, port: to, noDelay: true });
    outside.pipe(inside).pipe(outside);
    // If one end breaks, the other end is closed too. Neither error is logged.
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
    outside.on('close', () => inside.destroy());
    inside.on('close', () => outside.destroy());
  });
  server.listen(port, '0.0.0.0');
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
