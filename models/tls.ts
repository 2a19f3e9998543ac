/**
 * What a TLS client makes of a server's certificate: nothing but its end is modelled.
 *
 * Source: Go crypto/x509 (CertificateInvalidError, Expired) for the words. Unit: microseconds of the client's clock.
 */
import type { WireMessage } from './wire.ts';

export const EXPIRED = 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid';

/** A hello of a server whose certificate is over. */
export function hasExpired(message: WireMessage, atUs: number): boolean {
  return message.kind === 'tls-answer' && message.notAfterUs !== undefined && message.notAfterUs <= atUs;
}
