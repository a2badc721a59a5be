import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { services } from '#libs/contracts';

import { apps } from '../local/apps.js';
import { nodeFlags } from '../local/closed-process.js';
import { layoutAt, repositoryRoot } from '../local/layout.js';
import { environmentOf, perService, portsFrom } from '../local/settings.js';
import { certificateNames } from './certificates-command.js';
import { internalDoors, main } from './env-file.js';

const compose = readFileSync(join(repositoryRoot, 'docker-compose.yml'), 'utf8');
const dockerfile = readFileSync(join(repositoryRoot, 'deploy', 'docker', 'Dockerfile'), 'utf8');

/** The text of one block, by its name and indentation. */
function block(name: string, indent = 2): string {
  const lines = compose.split('\n');
  const first = lines.findIndex((line) => line.startsWith(`${' '.repeat(indent)}${name}:`));
  if (first < 0) throw new Error('no such block');
  const isInside = (line: string): boolean => line === '' || line.startsWith(' '.repeat(indent + 1));
  const length = lines.slice(first + 1).findIndex((line) => !isInside(line));
  return lines.slice(first, length < 0 ? undefined : first + 1 + length).join('\n');
}

const settingsIn = (text: string): string[] =>
  [...text.matchAll(/^\s+([A-Z][A-Z_]+):/gm)].map(([, name]) => name ?? '');
const running = ['postgres', 'kafka', 'setup', 'enrol', 'doors', 'operate', ...apps];

describe('the compose file', () => {
  it('tells each service what it is told elsewhere, and the address to listen on', () => {
    const user = { username: 'u', password: 'p' };
    const wiring = {
      layout: layoutAt('/r'),
      ports: portsFrom(3001),
      profile: 'los-angeles',
      databases: perService(() => 'postgres://'),
      broker: { brokers: 'b:1', users: perService(() => user), ca: '/ca.pem' },
    };
    for (const service of services) {
      const { QUIET_HOURS: _, ...wanted } = environmentOf(service, wiring) as Record<string, string>;
      const told = new Set([...settingsIn(block('x-environment', 0)), ...settingsIn(block(service))]);
      const partner = 'RAIL_URL' in wanted || 'SMS_URL' in wanted ? ['NODE_EXTRA_CA_CERTS'] : [];
      // In containers all clients of intake come through one proxy.
      const behind = service === 'intake' ? ['CLIENT_ADDRESS', 'TRUSTED_PROXIES'] : [];
      const more = ['CUSTODIAN_KEY', 'PORT', 'INTERNAL_PORT', 'TLS_CERT', 'TLS_KEY', ...partner, ...behind];
      expect([service, [...told].sort()]).toEqual([service, [...Object.keys(wanted), ...more].sort()]);
    }
  });

  it('gives each service its own private keys, writable, and of the others only what they publish, to read', () => {
    for (const service of services) {
      const mounts = [...block(service).matchAll(/^ {6}- ([a-z-]+):(\/keyring\S*)$/gm)].map(
        ([, from, to]) => `${from}:${to}`,
      );
      const published = services.map(
        (each) => `public-${each}:/keyring/public/${each}${each === service ? '' : ':ro'}`,
      );
      const own = [`keyring-${service}:/keyring/private`, `replica-${service}:/keyring/replica`];
      expect(mounts.sort()).toEqual([...own, 'pins:/keyring/pins:ro', ...published].sort());
    }
  });

  it('gives each service the public half of the custodian’s key, and no container the private one', () => {
    expect(block('x-environment', 0)).toContain('CUSTODIAN_KEY: /custodian-public.pem');
    for (const service of services) {
      expect(block(service)).toContain('- ./.local/containers/custodian-public.pem:/custodian-public.pem:ro');
    }
    expect(compose).not.toContain('custodian.pem');
  });

  it('hardens every container', () => {
    const hardened = block('x-hardened', 0);
    for (const word of ['read_only: true', 'cap_drop: [ALL]', 'no-new-privileges:true', 'ulimits: { core: 0 }'])
      expect(hardened).toContain(word);
    expect(block('x-app', 0)).toContain('<<: *hardened');
    expect(block('x-service', 0)).toContain('<<: *app');
    for (const name of running)
      expect([name, /<<: \*(hardened|app|service)$/m.test(block(name))]).toEqual([name, true]);
    expect(block('x-app', 0)).toContain('user: node');
    expect(block('postgres')).toContain('user: postgres');
    expect(compose).not.toMatch(/privileged|cap_add|docker\.sock|network_mode/);
  });

  it('lets the world in by one container, and to the public listener of intake alone', () => {
    const published = running.filter((name) => /^ {4}ports:/m.test(block(name)));
    expect(published).toEqual(['doors', 'operate']);
    expect(block('doors')).toMatch(/^ {4}ports: \['\$\{DOOR:[^}]*\}:3001'\]$/m);
    expect(block('doors')).toMatch(/^ {4}command: \[dist\/deploy\/docker\/doors\.js, 3001=intake:3001\/client\]$/m);
    // The service `operate` runs only on request, and its ports are open to this machine alone.
    expect(block('operate')).toMatch(/^ {4}profiles: \[operate\]$/m);
    const ports = [...block('operate').matchAll(/^ {6}- (\S*\d:\d\S*)$/gm)].map(([, port]) => port ?? '');
    expect(ports.filter((port) => port.includes('='))).toEqual([]);
    expect(ports).toEqual(['127.0.0.1:3002-3005:3002-3005', '127.0.0.1:3009-3012:3009-3012']);
    expect(block('operate')).not.toContain('intake:3001');
    for (const [service, port] of Object.entries(internalDoors))
      expect(block('operate')).toContain(`- ${port}=${service}:3009`);
    expect(block('inside')).toContain('internal: true');
    for (const name of ['postgres', 'kafka', 'intake', 'eligibility'])
      expect(block(name)).toContain('networks: [inside]');
  });

  it('sends nothing in plain text: each server has a certificate of its own, and each client checks it', () => {
    for (const name of certificateNames) expect(block(name)).toContain(`./.local/containers/tls/${name}:/tls:ro`);
    const mounted = [...compose.matchAll(/\.local\/containers\/tls\/([^:]+):/g)].map(([, name]) => name);
    expect(mounted.length).toBe(certificateNames.length + 2);
    expect(new Set(mounted)).toEqual(new Set([...certificateNames, 'ca.pem']));
    const databases = compose.match(/postgres:\/\/.+/g) ?? [];
    expect(databases.length).toBe(9);
    for (const url of databases) expect(url).toMatch(/\?sslmode=verify-full&sslrootcert=\/tls\/ca\.pem$/);
    expect(compose).not.toMatch(/http:\/\//);
    expect(compose).not.toContain('REJECT_UNAUTHORIZED');
  });

  it('opens the door when everything is set up', () => {
    // With --wait, compose takes an ended container for a failure unless another service waits for its end.
    const ending = running.filter((name) => /^ {4}restart: 'no'$/m.test(block(name)));
    expect(ending).toEqual(['setup', 'enrol']);
    expect(block('x-service', 0)).toContain('setup: { condition: service_completed_successfully }');
    expect(block('doors')).toContain('enrol: { condition: service_completed_successfully }');
  });

  it('has no password of its own: each comes from the settings, and without them nothing starts', () => {
    const used = [...compose.matchAll(/\$\{(\w+)([^}]*)\}/g)];
    expect(used.filter(([, , rest]) => rest !== ':?run npm run env:write first')).toEqual([]);
    for (const line of compose.split('\n').filter((each) => /PASSWORD|SCRAM_|_URL: postgres/.test(each))) {
      expect(line).toMatch(/\$\{\w+:\?/);
    }
  });
});

describe('the image', () => {
  it('runs as an ordinary user, takes the signal to stop, and holds only what production needs', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    const [entry = ''] = /^ENTRYPOINT .*$/m.exec(last) ?? [];
    expect(entry).toContain(`"ulimit -c 0 && exec node ${nodeFlags.join(' ')} \\"$@\\""`);
    expect(last).toMatch(/^HEALTHCHECK /m);
    expect(last).toContain('NODE_ENV=production');
    expect(dockerfile).toContain('npm prune --ignore-scripts --omit=dev --omit=optional');
  });

  it('runs the Node of the lock file, not the one of the base image', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(dockerfile).toContain('cp "$(readlink -f node_modules/.bin/node)" /usr/local/bin/node-of-lock');
    expect(last).toMatch(/^COPY --from=build \/usr\/local\/bin\/node-of-lock \/usr\/local\/bin\/node$/m);
  });
});

describe('npm run env:write', () => {
  let root: string;
  const printed: string[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'env-'));
    printed.length = 0;
    for (const way of ['log', 'error'] as const)
      jest.spyOn(console, way).mockImplementation((line) => void printed.push(String(line)));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = 0;
    rmSync(root, { recursive: true });
  });

  it('writes every setting that the compose file asks for, each password another one, for its owner only', async () => {
    await main([], root);
    const lines = readFileSync(join(root, '.env'), 'utf8')
      .split('\n')
      .filter((line) => /^\w+=/.test(line));
    const settings = new Map(lines.map((line) => line.split('=', 2) as [string, string]));
    const asked = new Set([...compose.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name));
    expect(new Set(settings.keys())).toEqual(asked);
    const passwords = [...settings].filter(([name]) => name.includes('PASSWORD')).map(([, value]) => value);
    expect(new Set(passwords).size).toBe(10);
    expect(passwords.every((password) => /^[\w-]{32}$/.test(password))).toBe(true);
    expect(statSync(join(root, '.env')).mode & 0o777).toBe(0o600);
    expect(printed.some((line) => passwords.some((password) => line.includes(password)))).toBe(false);
  });

  it('puts no private key where a container could read it', async () => {
    await main(['santa-ana'], root);
    const layout = join(root, '.local', 'containers');
    const seeds = ['devices.json', 'staff.json'].flatMap((file) => {
      expect(statSync(join(layout, file)).mode & 0o777).toBe(0o600);
      return (JSON.parse(readFileSync(join(layout, file), 'utf8')) as { seed: string }[]).map(({ seed }) => seed);
    });
    const enrolment = readFileSync(join(layout, 'enrolment.json'), 'utf8');
    expect(seeds.length).toBeGreaterThan(60);
    expect(seeds.filter((seed) => enrolment.includes(seed))).toEqual([]);
  });

  it('overwrites nothing, and takes no profile that is not there', async () => {
    await main([], root);
    const before = readFileSync(join(root, '.env'), 'utf8');
    await main([], root);
    expect([readFileSync(join(root, '.env'), 'utf8'), process.exitCode]).toEqual([before, 1]);
    expect(printed.at(-1)).toMatch(/^\.env already exists/);
    rmSync(join(root, '.env'));
    await main(['nowhere'], root);
    expect(printed.at(-1)).toMatch(/profiles: los-angeles, santa-ana/);
  });
});
