import 'reflect-metadata';
import { Certificate, clockFrom, ConfigError, UnusableSettingError } from '#libs/service';
import { simulatorConfig, type SimulatorConfig } from './config.js';
import { startSimulator, type Simulator } from './simulator.js';

function configured(): SimulatorConfig {
  try {
    return simulatorConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    return process.exit(1);
  }
}

/** Starts it, or says which setting cannot be used. */
async function started(config: SimulatorConfig): Promise<Simulator> {
  const { port, host, journal, tlsCert: cert, tlsKey: key } = config;
  try {
    const secure =
      cert === undefined || key === undefined ? {} : { certificate: await Certificate.read({ cert, key }) };
    return await startSimulator({ port, journal, host, clock: clockFrom(config), ...secure });
  } catch (error) {
    if (!(error instanceof UnusableSettingError)) throw error;
    console.error(error.message);
    return process.exit(1);
  }
}

const simulator = await started(configured());
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    simulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
