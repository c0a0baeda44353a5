// Addresses that hold a password, or what may be one, are refused wherever an address is taken, and never shown.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { addressFrom } from '../../config/document-address.ts'
import { parseRegistryUrl } from '../../publisher/account/registry-url.ts'
import { holdsLogin } from '../../schemas/address-login.ts'
import { shownAddress } from '../../schemas/shown-address.ts'
import { parseBaseUrl } from '../../static-tree/base-url.ts'
import { expectCode } from '../support/assertions/expect-code.ts'
import { findProgram } from '../support/client/installer-run.ts'
import { runShell } from '../support/machine/run-shell.ts'

const LOGINS = [
  'https://me:hunter2@host/x',
  'https://hunter2@host',
  'https://me:12/hunter2@host',
  'https://me:12/hunter2@host/repos/core.yaml',
  'https://me:443/hunter2@host',
  'https://me:/hunter2@host',
  'https://me:12?hunter2@host',
  'https://me:12#hunter2@host',
  'https://me:12\\hunter2@host',
  'https:/me:12/hunter2@host',
  'https://[::1]:12/hunter2@host',
]
const PLAIN = [
  'https://host/npm/@scope/name@1.2.3/x.yaml',
  'https://host:8443/a%40b/x.yaml',
  'http://[::1]:8787/repos/core.yaml',
  'https://host/x:1/y@z',
  'file:///srv/a:1/x@y',
  './a:1/x@y',
]

test('an address that may hold a password is known as one, and its words are not shown', () => {
  assert.deepEqual(
    LOGINS.filter((text) => !holdsLogin(text)),
    [],
  )
  assert.deepEqual(
    LOGINS.filter((text) => shownAddress(text).includes('hunter2')),
    [],
  )
  assert.deepEqual(PLAIN.filter(holdsLogin), [])
})

test('configs, registries, trees and install.sh refuse the same', async () => {
  for (const text of LOGINS)
    for (const [code, read] of [
      ['CONFIG_INVALID', () => addressFrom(text, '/')],
      ['CONFIG_INVALID', () => parseBaseUrl(text)],
      ['USAGE', () => parseRegistryUrl(text, {})],
    ] as const) {
      const { message } = expectCode(code, read)
      assert.doesNotMatch(message, /hunter2/)
    }
  if (!findProgram('sh')) return
  const installer = resolve(import.meta.dirname, '../../install.sh')
  for (const text of LOGINS) {
    const { code, output } = await runShell(`sh '${installer}' '${text}' --key k`, { cwd: import.meta.dirname })
    assert.notEqual(code, 0)
    assert.match(output, /user or password|query or fragment/, text)
  }
})
