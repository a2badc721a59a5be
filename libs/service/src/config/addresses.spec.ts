import { describe, expect, it } from '@jest/globals';
import { LimitsConfig } from './limits.config.js';
import { readConfig, Setting } from './setting.js';
import { isBroker, IsBroker, IsDatabaseUrl, IsNeededOffLoopback, IsOptionalPath, IsServiceUrl } from './validators.js';

/** Reads settings. @returns the names of those that are wrong */
function wrongIn(type: new () => object, env: Readonly<Record<string, string>>): readonly string[] {
  try {
    readConfig(type, env);
    return [];
  } catch (error) {
    return (error as { readonly settings: readonly string[] }).settings;
  }
}

class Addresses {
  @Setting('URL', { fallback: 'http://localhost' })
  @IsServiceUrl()
  readonly url!: string;

  @Setting('DATABASE', { fallback: 'postgres://u@localhost/d' })
  @IsDatabaseUrl()
  readonly database!: string;

  @Setting('BROKERS', { as: (text) => text.split(','), fallback: ['localhost:1'] })
  @IsBroker({ each: true })
  readonly brokers!: readonly string[];

  @Setting('CA')
  @IsNeededOffLoopback(['brokers'], { form: isBroker })
  @IsOptionalPath()
  readonly ca: string | undefined;
}

const here = ['localhost', 'LOCALHOST', '127.0.0.1', '127.255.0.9', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]'];

const elsewhere = [
  'kafka',
  'kafka_1',
  'kafka.city.example',
  'kafka.city.example.',
  'localhost.',
  'localhost.city.example',
  'localhost_',
  '127',
  '127.1',
  '0x7f.1',
  '127.0.0.1.',
  '127.0.0.999',
  '0177.0.0.1',
  '2130706433',
  '0.0.0.0',
  '128.0.0.1',
  '10.0.0.5',
  '[::]',
  '[::2]',
  '[2001:db8::1]',
  '[::ffff:10.0.0.5]',
  '[::7f00:1]',
];

/** The parser of web addresses writes these as addresses of loopback, and the client asks the same parser. */
const webLoopback = ['127.1', '0x7f.1', '127.0.0.1.', '0177.0.0.1', '2130706433'];

describe('an address on this machine', () => {
  it.each(here)('needs no TLS: %s', (host) => {
    const env = { URL: `http://${host}:3005`, DATABASE: `postgres://u:p@${host}:5432/d`, BROKERS: `${host}:9092` };
    expect(wrongIn(Addresses, env)).toEqual([]);
  });
});

describe('an address that may be another machine', () => {
  it.each(elsewhere)('needs TLS: %s', (host) => {
    expect(wrongIn(Addresses, { BROKERS: `localhost:9092,${host}:9092` })).toEqual(['CA']);
    expect(wrongIn(Addresses, { DATABASE: `postgres://u:p@${host}:5432/d` })).toEqual(['DATABASE']);
    expect(wrongIn(Addresses, { URL: `http://${host}:3005` })).toEqual(webLoopback.includes(host) ? [] : ['URL']);
  });

  it.each(elsewhere.filter((host) => host !== '127.0.0.999'))('may be used with TLS: %s', (host) => {
    const verified = `postgres://u:p@${host}:5432/d?sslmode=verify-full`;
    const env = { URL: `https://${host}`, DATABASE: verified, BROKERS: `${host}:9092`, CA: '/ca.pem' };
    expect(wrongIn(Addresses, env)).toEqual([]);
  });

  it.each(['127.0.0.1%25.city.example', 'local%68ost', '127.0.0.1%00', '%5B::1%5D'])(
    'is not hidden by an escape: %s',
    (host) => expect(wrongIn(Addresses, { DATABASE: `postgres://u:p@${host}/d` })).toEqual(['DATABASE']),
  );
});

describe('where a request comes from', () => {
  const wrongWith = (env: Readonly<Record<string, string>>) => wrongIn(LimitsConfig, { PORT: '3001', ...env });
  const both = ['CLIENT_ADDRESS', 'TRUSTED_PROXIES'];

  it('is what the named proxies say', () => {
    const env = { PORT: '3001', CLIENT_ADDRESS: 'proxy-protocol', TRUSTED_PROXIES: '10.0.0.0/8, ::1' };
    expect(readConfig(LimitsConfig, env)).toMatchObject({
      clientAddress: 'proxy-protocol',
      trustedProxies: [
        { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
        { address: '::1', prefix: 128, family: 'ipv6' },
      ],
    });
  });

  it.each<[Readonly<Record<string, string>>, readonly string[]]>([
    [{}, []],
    [{ CLIENT_ADDRESS: 'connection' }, []],
    [{ CLIENT_ADDRESS: 'x-forwarded-for', TRUSTED_PROXIES: '10.0.0.1' }, []],
    [{ CLIENT_ADDRESS: 'proxy-protocol', TRUSTED_PROXIES: '10.0.0.1' }, []],
    [{ TLS_TERMINATED_BY: 'proxy', CLIENT_ADDRESS: 'connection' }, []],
    [{ TLS_TERMINATED_BY: 'proxy', CLIENT_ADDRESS: 'x-forwarded-for', TRUSTED_PROXIES: '10.0.0.1' }, []],
    [{ TRUSTED_PROXIES: '10.0.0.1' }, both],
    [{ CLIENT_ADDRESS: 'connection', TRUSTED_PROXIES: '10.0.0.1' }, both],
    [{ CLIENT_ADDRESS: 'x-forwarded-for' }, both],
    [{ CLIENT_ADDRESS: 'proxy-protocol' }, both],
    [{ TLS_TERMINATED_BY: 'proxy' }, ['CLIENT_ADDRESS']],
    [{ TLS_TERMINATED_BY: 'proxy', TRUSTED_PROXIES: '10.0.0.1' }, both],
    [{ TLS_TERMINATED_BY: 'proxy', CLIENT_ADDRESS: 'x-forwarded-for' }, both],
    [{ CLIENT_ADDRESS: 'anybody' }, ['CLIENT_ADDRESS']],
    [{ CLIENT_ADDRESS: '' }, ['CLIENT_ADDRESS']],
    [{ CLIENT_ADDRESS: 'x-forwarded-for', TRUSTED_PROXIES: '' }, ['TRUSTED_PROXIES']],
    [{ CLIENT_ADDRESS: 'x-forwarded-for', TRUSTED_PROXIES: 'proxy.example' }, ['TRUSTED_PROXIES']],
    [{ CLIENT_ADDRESS: 'x-forwarded-for', TRUSTED_PROXIES: '10.0.0.0/8,' }, ['TRUSTED_PROXIES']],
    [{ CLIENT_ADDRESS: 'x-forwarded-for', TRUSTED_PROXIES: '10.0.0.1,0.0.0.0/0' }, ['TRUSTED_PROXIES']],
    [{ CLIENT_ADDRESS: 'x-forwarded-for', TRUSTED_PROXIES: '::/0' }, ['TRUSTED_PROXIES']],
  ])('%j: wrong are %j', (env, wrong) => expect(wrongWith(env)).toEqual(wrong));
});
