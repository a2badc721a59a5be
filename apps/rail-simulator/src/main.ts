import { clockFrom } from '#libs/service';
import { startSimulator } from './simulator.js';

const port = Number(process.env['PORT'] ?? '');
const journal = process.env['JOURNAL'] ?? '';
if (!Number.isInteger(port) || port < 1 || port > 65_535 || journal === '') {
  console.error('PORT or JOURNAL is missing or has the wrong form');
  process.exit(1);
}

const host = process.env['HOST'] ?? '127.0.0.1';
const simulator = await startSimulator({ port, journal, host, clock: clockFrom(process.env) });
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
