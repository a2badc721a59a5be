import type { Twin } from './twin.js';

const CHECK = 'libs/service/src/auth/signer-check.ts';
const FORM = 'libs/service/src/auth/http-signature.ts';
const REGISTER = 'libs/service/src/auth/key-register.ts';
const ENROLMENT = 'libs/service/src/auth/enrolment.ts';
const SIGNATURES = 'libs/service/test/signatures.it.spec.ts';
const FORM_SPEC = 'libs/service/src/auth/http-signature.spec.ts';
const ENROLMENT_SPEC = 'libs/service/test/enrolment.it.spec.ts';
const NONCES = 'libs/service/test/nonces.it.spec.ts';

const forms: readonly Twin[] = [
  {
    promise: 'a signature of any form but ours is refused before anything is looked up',
    without: 'the form ends where ours ends',
    file: FORM,
    find: `const DEVICE_INPUT = /^;created=(\\d{1,10});keyid="([a-z0-9-]{3,40})";alg="ed25519"$/;`,
    replace: `const DEVICE_INPUT = /^;created=(\\d{1,10});keyid="([a-z0-9-]{3,40})";alg="ed25519"/;`,
    test: FORM_SPEC,
    name: 'is none of a device',
  },
  {
    promise: 'a signature of staff is for one service',
    without: 'the tag is compared with the name of the service',
    file: FORM,
    find: 'if (parts === undefined || parts.fields[3] !== service) return undefined;',
    replace: 'if (parts === undefined || service === undefined) return undefined;',
    test: SIGNATURES,
    name: 'is for one service',
  },
  {
    promise: 'a name that is not enrolled signs nothing',
    without: 'the key of nobody is not taken for an enrolled one',
    file: CHECK,
    find: `if (!isSignedWith(device?.key, claim) || device === undefined) throw new Problem('unknown-device');`,
    replace: `if (device === undefined) throw new Problem('not-signed');
    if (!isSignedWith(device.key, claim)) throw new Problem('unknown-device');`,
    test: SIGNATURES,
    name: 'alike if the name is not enrolled',
  },
];

const clocksOfSenders: readonly Twin[] = [
  {
    promise: 'a device signs within ten minutes of our time',
    without: 'the time of a signature is compared with ours',
    file: CHECK,
    find: `if (!isWithin(DEVICE_SECONDS, claim, now)) throw new Problem('wrong-clock', { now });`,
    replace: 'void DEVICE_SECONDS;',
    test: SIGNATURES,
    name: 'by a wrong clock is refused with our time',
  },
  {
    promise: 'a device learns our time from the refusal of its clock',
    without: 'the refusal carries our time',
    file: 'libs/service/src/problem/problem.ts',
    find: '...(now === undefined ? {} : { now: now.toISOString() }),',
    replace: '...(now === undefined ? {} : {}),',
    test: SIGNATURES,
    name: 'by a wrong clock is refused with our time',
  },
  {
    promise: 'a device whose clock is wrong corrects it and signs again',
    without: 'the device keeps what its clock needs',
    file: 'libs/household/src/door.ts',
    find: 'this.offsetMs = theirs - this.ownNow();',
    replace: 'this.offsetMs = 0;',
    test: 'libs/household/src/door.spec.ts',
    name: 'is corrected by the refusal',
  },
  {
    promise: 'a request of staff is valid for a minute',
    without: 'staff has less time than a device',
    file: CHECK,
    find: 'const STAFF_SECONDS = 60;',
    replace: 'const STAFF_SECONDS = 600;',
    test: SIGNATURES,
    name: 'is valid for a minute',
  },
];

const once: readonly Twin[] = [
  {
    promise: 'a request of staff has its effect once, however often it arrives',
    without: 'the nonce of a request is spent before the request does anything',
    file: 'libs/service/src/auth/access.guard.ts',
    find: 'await this.signers.spend(staff);',
    replace: 'void this.signers.spend;',
    test: SIGNATURES,
    name: 'is good once',
  },
  {
    promise: 'a request of staff that another process answered is not answered again',
    without: 'spent nonces are kept in a table',
    file: 'libs/service/src/auth/nonce.repository.ts',
    find: 'return rowCount === 1;',
    replace: 'return rowCount !== null;',
    test: NONCES,
    name: 'after a restart',
  },
  {
    promise: 'a nonce is kept longer than its signature is valid',
    without: 'only nonces of past days are removed',
    file: 'libs/service/src/auth/nonce.repository.ts',
    find: 'DELETE FROM spent_nonce WHERE day < $1::date - 1',
    replace: 'DELETE FROM spent_nonce WHERE day < $1::date + 1',
    test: NONCES,
    name: 'is removed on the second day after',
  },
];

const registers: readonly Twin[] = [
  {
    promise: 'a row that is no key does not keep the other keys from being read',
    without: 'bytes that are no key are left out',
    file: REGISTER,
    find: `return isEd25519Key(publicKey) ? importPublicKey('ed25519', publicKey) : undefined;`,
    replace: `return isEd25519Key(publicKey) || name !== '' ? importPublicKey('ed25519', publicKey) : undefined;`,
    test: 'libs/service/src/auth/key-register.spec.ts',
    name: 'leaves out a row whose bytes are no key',
  },
  {
    promise: 'a new key of an existing name counts, and the old one no more',
    without: 'a key is kept only while its bytes are the same',
    file: REGISTER,
    find: 'if (known !== undefined && Buffer.compare(known.publicKey, publicKey) === 0) return known.key;',
    replace: 'if (known !== undefined) return known.key;',
    test: 'libs/service/src/auth/key-register.spec.ts',
    name: 'follows the list',
  },
  {
    promise: 'one key cannot be enrolled for two people',
    without: 'a key has one name',
    file: ENROLMENT,
    find: `if (keyed.name !== row.name) throw new TypeError('a key in the file is enrolled under another name');`,
    replace: 'void keyed;',
    test: ENROLMENT_SPEC,
    name: 'takes nothing of a file with',
  },
  {
    promise: 'a name in the audit means one person for ever',
    without: 'the person of a name is compared',
    file: ENROLMENT,
    find: `if (!isSame) throw new TypeError('a name in the file is enrolled for another person');`,
    replace: 'void isSame;',
    test: ENROLMENT_SPEC,
    name: 'takes nothing of a file with',
  },
  {
    promise: 'nobody can write one key twice into the list of staff',
    without: 'the table has one row for each key',
    file: 'libs/service/src/auth/staff-table.ts',
    find: '  CONSTRAINT staff_key PRIMARY KEY (name),\n  CONSTRAINT staff_public_key UNIQUE (public_key)\n',
    replace: '  CONSTRAINT staff_key PRIMARY KEY (name)\n',
    test: ENROLMENT_SPEC,
    name: 'cannot be passed by',
  },
  {
    promise: 'no key is enrolled under which anybody can sign',
    without: 'bytes are checked to be a key of the curve',
    file: ENROLMENT,
    find: 'return isEd25519Key(bytes) ? bytes : undefined;',
    replace: 'return isEd25519Key(bytes) || bytes.length === 32 ? bytes : undefined;',
    test: ENROLMENT_SPEC,
    name: 'takes no key that is none',
  },
];

const REVIEWS = 'apps/eligibility/test/review.it.spec.ts';

const openCases: readonly Twin[] = [
  {
    promise: 'a reviewer sees one case at a time',
    without: 'the open case of a reviewer is given again',
    file: 'apps/eligibility/src/review.service.ts',
    find: 'if (again !== undefined) return again.view;',
    replace: 'void again;',
    test: REVIEWS,
    name: 'a reviewer has one open case',
  },
  {
    promise: 'a reviewer who asks several times at once opens one case',
    without: 'the requests of one reviewer wait for each other',
    file: 'apps/eligibility/src/review.repository.ts',
    find: "await records.put(OPEN_REVIEW, [{ value: openCase, body: this.openReview('') }]);",
    replace: '',
    test: REVIEWS,
    name: 'a reviewer has one open case',
  },
  {
    promise: 'nobody decides a case that they were not shown, or that another reviewer has open by now',
    without: 'the case is compared with the open one',
    file: 'apps/eligibility/src/review.service.ts',
    find: `if (open === undefined || toBase64url(open.review) !== review) return 'not-open';`,
    replace: 'void open;',
    test: REVIEWS,
    name: 'nobody decides a case that they do not have open',
  },
];

export const twinsOfSignatures: readonly Twin[] = [...forms, ...clocksOfSenders, ...once, ...registers, ...openCases];
