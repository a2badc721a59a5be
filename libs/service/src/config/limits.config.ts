import { ArrayMaxSize, IsObject } from 'class-validator';
import { addressSources, type AddressSource } from '../admission/client-address.js';
import { networkIn, type Network } from '../admission/network.js';
import { ListenerConfig } from './listener.config.js';
import { NumberSetting, Setting } from './setting.js';
import { related } from './validators.js';

const COUNT_MAX = 10_000_000;
const PROXIES_MAX = 100;

/** How much one sender may ask of a listener, and who is believed about the sender of a connection. */
export class LimitsConfig extends ListenerConfig {
  /**
   * What says where a request comes from: its connection, which is the default, or a trusted proxy. Behind a proxy that
   * ends TLS it must be said, because all connections come from the proxy: one sender would use up the share of all.
   */
  @Setting('CLIENT_ADDRESS')
  @related(
    'isAddressSource',
    (value, { tlsTerminatedBy }) => isAddressSource(value) || (value ?? tlsTerminatedBy) === undefined,
  )
  @related('hasProxies', (_value, config) => agrees(config))
  readonly clientAddress: AddressSource | undefined;

  /** The addresses and networks of the proxies that are believed, divided by commas. */
  @Setting('TRUSTED_PROXIES', { as: networksIn, fallback: [] })
  @ArrayMaxSize(PROXIES_MAX)
  @IsObject({ each: true })
  @related('isBelieved', (_value, config) => agrees(config))
  readonly trustedProxies!: readonly Network[];

  /** Applications and requests of one enrolled device. As many may come at once after a quiet minute. */
  @NumberSetting('DEVICE_WRITES_PER_MINUTE', { max: COUNT_MAX, fallback: 600 })
  readonly deviceWritesPerMinute!: number;

  /** Applications and requests of one enrolled device in a UTC day, accepted or not. */
  @NumberSetting('DEVICE_WRITES_PER_DAY', { max: COUNT_MAX, fallback: 5_000 })
  readonly deviceWritesPerDay!: number;

  /** Applications and requests without a signature from one network (/16 of IPv4, /32 of IPv6). */
  @NumberSetting('NETWORK_WRITES_PER_MINUTE', { max: COUNT_MAX, fallback: 1_200 })
  readonly networkWritesPerMinute!: number;

  /** Everything else of one sender that is limited: boxes, keys, the profile. */
  @NumberSetting('READS_PER_MINUTE', { max: COUNT_MAX, fallback: 12_000 })
  readonly readsPerMinute!: number;

  /** Applications and requests that this process stores for households' own devices in an hour. */
  @NumberSetting('OWN_DEVICE_PER_HOUR', { max: COUNT_MAX, fallback: 4_000 })
  readonly ownDevicePerHour!: number;

  @NumberSetting('CONNECTIONS_MAX', { min: 10, max: COUNT_MAX, fallback: 4_000 })
  readonly connectionsMax!: number;

  /** Connections of one network on which no enrolled device has signed. */
  @NumberSetting('CONNECTIONS_PER_NETWORK', { max: COUNT_MAX, fallback: 500 })
  readonly connectionsPerNetwork!: number;
}

function isAddressSource(value: unknown): boolean {
  return addressSources.some((source) => source === value);
}

/**
 * Proxies are named exactly if they are asked. Otherwise one setting would do nothing, and nobody would notice: all
 * clients of a proxy that is not believed share its address. A wrong value is named by its own check.
 */
function agrees({ clientAddress = 'connection', trustedProxies }: Readonly<Record<string, unknown>>): boolean {
  if (!isAddressSource(clientAddress) || !Array.isArray(trustedProxies)) return true;
  return (clientAddress === 'connection') === (trustedProxies.length === 0);
}

/** @throws TypeError also for a network that contains every address: everybody would be believed */
function networksIn(text: string): readonly Network[] {
  return text.split(',').map((each) => {
    const network = networkIn(each.trim());
    if (network === undefined || network.prefix === 0) throw new TypeError('not a network');
    return network;
  });
}
