import type { Twin } from './twin.js';

const test = 'deploy/docker/compose.spec.ts';

export const twinsOfContainers: readonly Twin[] = [
  {
    promise: 'a service in a container has no private keys but its own',
    without: 'each mounts the keyring of its own name only',
    file: 'docker-compose.yml',
    find: '      - replica-intake:/keyring/replica\n',
    replace: '      - replica-intake:/keyring/replica\n      - keyring-payments:/keyring/other\n',
    test,
  },
  {
    promise: 'into the containers there is one door',
    without: 'no service has a port of this machine',
    file: 'docker-compose.yml',
    find: '    networks: [inside, partners]\n\n  notification:',
    replace: "    networks: [inside, partners]\n    ports: ['3003:3003']\n\n  notification:",
    test,
  },
  {
    promise: 'no container has a password that everybody knows',
    without: 'every password comes from the settings that a command writes',
    file: 'docker-compose.yml',
    find: 'SCRAM_intake: ${KAFKA_PASSWORD_INTAKE:?run npm run env:write first}',
    replace: 'SCRAM_intake: intake',
    test,
  },
  {
    promise: 'no container can write where its programs are',
    without: 'the root of its file system is read-only',
    file: 'docker-compose.yml',
    find: '  read_only: true\n',
    replace: '',
    test,
  },
  {
    promise: 'passwords of a system that has data are not lost by mistake',
    without: 'a file that is there is not overwritten',
    file: 'deploy/docker/env-file.ts',
    find: `{ flag: 'wx', mode: 0o600 }`,
    replace: '{ mode: 0o600 }',
    test,
  },
];
