import { ClockConfig } from './clock.config.js';
import { NumberSetting, Setting } from './setting.js';
import { ComesWith, IsHost, IsNeededOffLoopback, IsOptionalPath } from './validators.js';

export const PORT_MAX = 65_535;

/** The settings of a listener that others can reach. */
export class ListenerConfig extends ClockConfig {
  /** The port for households (intake), staff (the other services) or partners. */
  @NumberSetting('PORT', { max: PORT_MAX })
  readonly port!: number;

  @Setting('HOST', { as: oneAddress, fallback: '127.0.0.1' })
  @IsHost()
  readonly host!: string;

  /**
   * The PEM file of the certificate chain for TLS 1.3. It is read again when it changes. A listener off loopback needs
   * it. Only the main listener may do without, if a named proxy ends TLS in front of it.
   */
  @Setting('TLS_CERT')
  @IsNeededOffLoopback(['host'], { unless: 'tlsTerminatedBy' })
  @IsNeededOffLoopback(['internalHost'])
  @IsOptionalPath()
  @ComesWith('tlsKey')
  readonly tlsCert: string | undefined;

  /** The PEM file of its private key. */
  @Setting('TLS_KEY')
  @IsOptionalPath()
  @ComesWith('tlsCert')
  readonly tlsKey: string | undefined;

  /**
   * The host name of the proxy that ends TLS in front of the main listener, which then speaks plain text. No proxy
   * stands in front of the internal listener.
   */
  @Setting('TLS_TERMINATED_BY', { optional: true })
  @IsHost()
  readonly tlsTerminatedBy: string | undefined;
}

/** Fastify opens a second server for the other address of `localhost`, and no limit would hold for that one. */
export function oneAddress(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}
