import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/**
 * Lets connections of this process accept certificates of one more authority.
 *
 * @param authority one or more certificates, PEM
 */
export function trustAuthority(authority: string): void {
  setDefaultCACertificates([...getCACertificates('default'), authority]);
}
