import { IsInt, Max, Min } from 'class-validator';
import { ClockConfig, environment, IsHost, IsPath, readConfig, Setting, wholeNumber } from '#libs/service';

/** The settings of the simulator. */
export class SimulatorConfig extends ClockConfig {
  @Setting('PORT', { as: wholeNumber })
  @IsInt()
  @Min(1)
  @Max(65_535)
  readonly port!: number;

  @Setting('HOST', { fallback: '127.0.0.1' })
  @IsHost()
  readonly host!: string;

  /** Folder of the journal; created if it does not exist. */
  @Setting('JOURNAL')
  @IsPath()
  readonly journal!: string;
}

/** @throws ConfigError for a setting that is missing or wrong */
export function simulatorConfig(): SimulatorConfig {
  return readConfig(SimulatorConfig, environment());
}
