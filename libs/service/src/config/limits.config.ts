import { ArrayMaxSize, IsIn, IsInt, IsObject, Max, Min } from 'class-validator';
import { addressSources, type AddressSource } from '../admission/client-address.js';
import { networkIn, type Network } from '../admission/network.js';
import { ListenerConfig } from './listener.config.js';
import { Setting, wholeNumber } from './setting.js';

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
  @Setting('DEVICE_WRITES_PER_MINUTE', { as: wholeNumber, fallback: 600 })
  @IsInt()
  @Min(1)
  @Max(COUNT_MAX)
  readonly deviceWritesPerMinute!: number;

  /** Applications and requests of one enrolled device in a UTC day, accepted or not. */
  @Setting('DEVICE_WRITES_PER_DAY', { as: wholeNumber, fallback: 5_000 })
  @IsInt()
  @Min(1)
  @Max(COUNT_MAX)
  readonly deviceWritesPerDay!: number;

  /** Applications and requests without a signature from one network (/16 of IPv4, /32 of IPv6). */
  @Setting('NETWORK_WRITES_PER_MINUTE', { as: wholeNumber, fallback: 1_200 })
  @IsInt()
  @Min(1)
  @Max(COUNT_MAX)
  readonly networkWritesPerMinute!: number;

  /** Everything else of one sender: boxes, keys, the profile, the staff's routes. */
  @Setting('READS_PER_MINUTE', { as: wholeNumber, fallback: 12_000 })
  @IsInt()
  @Min(1)
  @Max(COUNT_MAX)
  readonly readsPerMinute!: number;

  /** Applications and requests that this process stores for households' own devices in an hour. */
  @Setting('OWN_DEVICE_PER_HOUR', { as: wholeNumber, fallback: 4_000 })
  @IsInt()
  @Min(1)
  @Max(COUNT_MAX)
  readonly ownDevicePerHour!: number;

  @Setting('CONNECTIONS_MAX', { as: wholeNumber, fallback: 4_000 })
  @IsInt()
  @Min(10)
  @Max(COUNT_MAX)
  readonly connectionsMax!: number;

  /** Connections of one network on which no enrolled device has signed. */
  @Setting('CONNECTIONS_PER_NETWORK', { as: wholeNumber, fallback: 500 })
  @IsInt()
  @Min(1)
  @Max(COUNT_MAX)
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
