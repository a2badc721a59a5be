import type { Twin } from './twin.js';

const test = 'deploy/docker/compose.spec.ts';

export const twinsOfContainers: readonly Twin[] = [
  {
    promise: 'a service in a container has no private keys but its own',
    without: 'each container mounts only the keyring of its own service',
    file: 'docker-compose.yml',
    find: '      - replica-intake:/keyring/replica\n',
    replace: '      - replica-intake:/keyring/replica\n      - keyring-payments:/keyring/other\n',
    test,
  },
  {
    promise: 'the containers have one door',
    without: 'no service publishes a port',
    file: 'docker-compose.yml',
    find: '    networks: [inside, partners]\n\n  notification:',
    replace: "    networks: [inside, partners]\n    ports: ['3003:3003']\n\n  notification:",
    test,
  },
  {
    promise: 'no container has a password that is in the files',
    without: 'every password comes from generated settings',
    file: 'docker-compose.yml',
    find: 'SCRAM_intake: ${KAFKA_PASSWORD_INTAKE:?run npm run env:write first}',
    replace: 'SCRAM_intake: intake',
    test,
  },
  {
    promise: 'no container can write to its own programs',
    without: 'the root file system is read-only',
    file: 'docker-compose.yml',
    find: '  read_only: true\n',
    replace: '',
    test,
  },
  {
    promise: 'passwords of a system with data are not overwritten by mistake',
    without: 'an existing file is not overwritten',
    file: 'deploy/docker/env-file.ts',
    find: `{ flag: 'wx', mode: 0o600 }`,
    replace: '{ mode: 0o600 }',
    test,
  },
];
