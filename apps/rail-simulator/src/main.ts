import 'reflect-metadata';
import { Certificate, clockFrom, ConfigError } from '#libs/service';
import { simulatorConfig, type SimulatorConfig } from './config.js';
import { startSimulator } from './simulator.js';

function configured(): SimulatorConfig {
  try {
    return simulatorConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return process.exit(1);
  }
}

const config = configured();
const { port, host, journal, tlsCert: cert, tlsKey: key } = config;
const secure = cert === undefined || key === undefined ? {} : { certificate: await Certificate.read({ cert, key }) };
const simulator = await startSimulator({ port, journal, host, clock: clockFrom(config), ...secure });
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
