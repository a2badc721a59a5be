import { ArrayMaxSize, IsIn, IsObject } from 'class-validator';
import { addressSources, type AddressSource } from '../admission/client-address.js';
import { networkIn, type Network } from '../admission/network.js';
import { ListenerConfig } from './listener.config.js';
import { NumberSetting, Setting } from './setting.js';

const COUNT_MAX = 10_000_000;
const PROXIES_MAX = 100;

/** How much one sender may ask of a listener, and who is believed about the sender of a connection. */
export class LimitsConfig extends ListenerConfig {
  /** What says where a request comes from: its connection, or a trusted proxy. */
  @Setting('CLIENT_ADDRESS', { fallback: 'connection' })
  @IsIn(addressSources)
  readonly clientAddress!: AddressSource;

  /** The addresses and networks of the proxies that are believed, divided by commas. */
  @Setting('TRUSTED_PROXIES', { as: networksIn, fallback: [] })
  @ArrayMaxSize(PROXIES_MAX)
  @IsObject({ each: true })
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

  /** Everything else of one sender: boxes, keys, the profile, the staff's routes. */
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

/** @throws TypeError */
function networksIn(text: string): readonly Network[] {
  return text.split(',').map((each) => {
    const network = networkIn(each.trim());
    if (network === undefined) throw new TypeError('not a network');
    return network;
  });
}
