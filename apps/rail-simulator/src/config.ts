import { environment, IsPath, ListenerConfig, readConfig, Setting } from '#libs/service';

/** The settings of the simulator. */
export class SimulatorConfig extends ListenerConfig {
  /** Folder of the journal; created if it does not exist. */
  @Setting('JOURNAL')
  @IsPath()
  readonly journal!: string;
}

/** @throws ConfigError for a setting that is missing or wrong */
export function simulatorConfig(): SimulatorConfig {
  return readConfig(SimulatorConfig, environment());
}
