// A registry's no to a call of the publisher, with what whoever publishes can type.
import type { CallHints } from '../../system/http/call-refusal.ts'
import { callRefusalOf } from '../../system/http/call-refusal.ts'
import type { HttpReply } from '../../system/http/connection.ts'

/** `what` names the request to people. */
export function publishRefusalOf(reply: HttpReply, what: string): Error {
  return callRefusalOf(reply, what, HINTS)
}

const ITS_ADDRESS = '`--registry` takes the address of the registry itself, such as `https://plugins.example.com`'

const HINTS: CallHints = {
  address: 'name the address itself with `--registry`',
  instead: { METHOD_NOT_ALLOWED: ITS_ADDRESS },
  otherwise: {
    UNAUTHENTICATED: 'octo login --registry URL, or set OCTO_TOKEN',
    SIGNER_NOT_ALLOWED:
      'sign with a key of the repo (`--key FILE`), or have it admitted: `octo registry repo key add REPO FILE --data DIR`',
    FORBIDDEN: 'octo whoami shows what the token may do',
    REPO_NOT_FOUND: 'on the registry’s machine: `octo registry repo create NAME --key FILE --data DIR`',
    NOT_FOUND: ITS_ADDRESS,
  },
}
