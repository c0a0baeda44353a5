// Why a connection or a TLS handshake failed, from the codes of the operating system, Node and OpenSSL: a sentence for people,
// and the kind, which decides whether trying again can help and what to do next.

type FailureKind =
  /** The name is unknown: final. */
  | 'name'
  /** Whoever is there, or the network, may do better the next time. */
  | 'passing'
  /** The certificate is by nobody whom this machine trusts. */
  | 'untrusted'
  /** The certificate is at fault: its dates, its name, its form. */
  | 'certificate'
  /** What is spoken there is no TLS, or none that both know. */
  | 'handshake'
  /** What is spoken there is not HTTP as expected. */
  | 'protocol'

type ConnectionReason = { readonly kind: FailureKind; readonly text: string }

const NOT_TRUSTED = 'its certificate is by an authority that this machine does not trust'

const ROWS: Readonly<Record<FailureKind, Readonly<Record<string, string>>>> = {
  name: {
    ENOTFOUND: 'host name not found',
    ENODATA: 'host name has no address',
    EAI_NONAME: 'host name not found',
    EAI_NODATA: 'host name has no address',
    EAI_FAIL: 'the name server refused to look up the host name',
    EBADNAME: 'host name is malformed',
  },
  passing: {
    ECONNREFUSED: 'refused: nothing listens there',
    ECONNRESET: 'reset by the other side',
    ECONNABORTED: 'broken off by this machine',
    EPIPE: 'closed by the other side',
    EHOSTUNREACH: 'host unreachable',
    EHOSTDOWN: 'host unreachable',
    ENETUNREACH: 'network unreachable',
    ENETDOWN: 'the network is down',
    ETIMEDOUT: 'no answer in time',
    EAI_AGAIN: 'host name could not be looked up',
    ESERVFAIL: 'host name could not be looked up: the name server failed',
    ETIMEOUT: 'host name could not be looked up: the name server did not answer',
    EADDRNOTAVAIL: 'address not available on this machine',
    EADDRINUSE: 'no free port on this machine',
    EMFILE: 'too many open files in this process',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOENT: 'no such socket',
    ENOTSOCK: 'not a socket',
  },
  untrusted: {
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed, and this machine does not trust it',
    SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
    UNABLE_TO_GET_ISSUER_CERT: NOT_TRUSTED,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
    CERT_UNTRUSTED: NOT_TRUSTED,
    CERT_REJECTED: NOT_TRUSTED,
    INVALID_CA: 'its certificate is by one that is no authority',
    CERT_CHAIN_TOO_LONG: 'its chain of certificates is too long',
    PATH_LENGTH_EXCEEDED: 'its chain of certificates is longer than an authority in it allows',
    CERT_SIGNATURE_FAILURE: 'a signature in its chain of certificates is wrong',
  },
  certificate: {
    CERT_HAS_EXPIRED: 'its certificate has expired',
    CERT_NOT_YET_VALID: 'its certificate is not valid yet',
    CERT_REVOKED: 'its certificate was revoked',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
    HOSTNAME_MISMATCH: 'its certificate is for another name',
    INVALID_PURPOSE: 'its certificate is not for servers',
    ERROR_IN_CERT_NOT_BEFORE_FIELD: 'its certificate has an unreadable date',
    ERROR_IN_CERT_NOT_AFTER_FIELD: 'its certificate has an unreadable date',
    CERT_CRL_EXPIRED: 'the list of revoked certificates has expired',
  },
  handshake: {
    EPROTO: 'the server does not speak TLS as expected',
    ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS there; is it `http://`?',
    ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS there; is it `http://`?',
    ERR_SSL_UNSUPPORTED_PROTOCOL: 'the server speaks only versions of TLS that are no longer safe',
    ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the server speaks only versions of TLS that are not spoken here',
    ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the server asks for a certificate of the client',
    ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'the server broke off the TLS handshake',
    ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'the server knows no TLS host of this name',
  },
  protocol: { HPE_HEADER_OVERFLOW: 'the headers of the answer are too large' },
}

const BY_CODE: ReadonlyMap<string, ConnectionReason> = new Map(
  Object.entries(ROWS).flatMap(([kind, texts]) =>
    Object.entries(texts).map(([code, text]) => [code, { kind: kind as FailureKind, text }] as const),
  ),
)

/** Undefined for codes that say nothing about a connection. */
export function connectionReason(code: string | undefined): ConnectionReason | undefined {
  if (code === undefined) return undefined
  const known = BY_CODE.get(code)
  if (known) return known
  if (code.startsWith('HPE_')) return { kind: 'protocol', text: 'the answer is not HTTP' }
  if (/^ERR_(SSL|OSSL)/.test(code)) return { kind: 'handshake', text: 'the server does not speak TLS as expected' }
  if (/^CERT_|_CERT_|_CERT$|^CRL_|^ERR_TLS_CERT/.test(code)) return { kind: 'untrusted', text: NOT_TRUSTED }
  return undefined
}

/** Asking the same server the same thing again brings the same answer. */
export function isFinalReason(code: string | undefined): boolean {
  const kind = connectionReason(code)?.kind
  return kind !== undefined && kind !== 'passing'
}
