import type { TableDeclarations } from '#libs/database';

/** The tables of intake, and what its role may do with them. */
export const intakeTables: TableDeclarations = {
  device: {
    meaning: 'Enrolled devices of sites: kiosks and tablets of navigators.',
    kept: 'until it is removed by hand; a revoked device stays, so that its name is not used again',
    ends: { never: 'by-hand' },
    columns: {
      name: 'Name of the device.',
      public_key: 'Ed25519 public key with which it signs its requests.',
      lane: 'kiosk or assisted.',
      site: 'Office in which it stands.',
      revoked: 'Whether the device is revoked.',
    },
    rights: { update: ['revoked'] },
  },
};
