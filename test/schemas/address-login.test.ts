// Addresses that hold a password, or what may be one, are refused wherever an address is taken, and never shown.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { addressFrom } from '../../config/include/document-address.ts'
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
/** A reader of addresses takes tabs, ends of lines and blanks before it away. */
const UNSEEN = [' https://me:12/hunter2@host', 'https://me:1\n2/hunter2@host', 'https:/\t/me:12\r/hunter2@host']
const PLAIN = [
  'https://host/npm/@scope/name@1.2.3/x.yaml',
  'https://host:8443/a%40b/x.yaml',
  'http://[::1]:8787/repos/core.yaml',
  'https://host/x:1/y@z',
  'file:///srv/a:1/x@y',
  './a:1/x@y',
]

test('an address that may hold a password is known as one, and its words are not shown', () => {
  const logins = [...LOGINS, ...UNSEEN]
  assert.deepEqual(
    logins.filter((text) => !holdsLogin(text)),
    [],
  )
  assert.deepEqual(
    logins.filter((text) => shownAddress(text).includes('hunter2')),
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

test('whoever wrote an `@` of a path behind a port is told how it is written', () => {
  const [text, written] = ['https://host:8081/npm/@scope/x', 'https://host:8081/npm/%40scope/x']
  assert.match(expectCode('CONFIG_INVALID', () => addressFrom(text, '/')).message, /an `@` of a path is written %40$/)
  assert.match(expectCode('CONFIG_INVALID', () => parseBaseUrl(text)).hint ?? '', /an `@` of a path is written %40$/)
  assert.doesNotMatch(expectCode('CONFIG_INVALID', () => parseBaseUrl('https://me@host')).hint ?? '', /%40/)
  assert.deepEqual([addressFrom(written, '/').name, String(parseBaseUrl(written))], [written, written])
})
