// Addresses of config documents, as they are typed: what each leads to, and what is refused without being shown.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressFrom, addressIn } from '../../../config/include/document-address.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'

const FILE = { kind: 'file', name: '/srv/octo.yaml' } as const
const WEB = { kind: 'web', name: 'https://x.example/base/octo.yaml' } as const

const LOCAL: readonly (readonly [text: string, kind: 'file' | 'web', name: string])[] = [
  ['a.yaml', 'file', '/srv/a.yaml'],
  ['../a.yaml', 'file', '/a.yaml'],
  ['/etc/a.yaml', 'file', '/etc/a.yaml'],
  ['x.example/a.yaml', 'file', '/srv/x.example/a.yaml'],
  ['./me@work/a?b.yaml', 'file', '/srv/me@work/a?b.yaml'],
  ['file:///etc/a%20b.yaml', 'file', '/etc/a b.yaml'],
  ['FILE:///etc/a.yaml', 'file', '/etc/a.yaml'],
  ['HTTPS://X.example:443/b/../a.yaml?v=1#part', 'web', 'https://x.example/a.yaml?v=1'],
  ['http://127.0.0.1:8080/a.yaml', 'web', 'http://127.0.0.1:8080/a.yaml'],
]
for (const [text, kind, name] of LOCAL)
  test(`\`${text}\` leads a local document to \`${name}\``, () => {
    assert.deepEqual(addressFrom(text, '/srv'), { kind, name })
    assert.deepEqual(addressIn(text, FILE), { kind, name })
  })

const ELSEWHERE: readonly (readonly [text: string, name: string])[] = [
  ['b.yaml', 'https://x.example/base/b.yaml'],
  ['../b.yaml', 'https://x.example/b.yaml'],
  ['/etc/passwd.yaml', 'https://x.example/etc/passwd.yaml'],
  ['//y.example/b.yaml', 'https://y.example/b.yaml'],
  ['http://y.example/b.yaml#part', 'http://y.example/b.yaml'],
]
for (const [text, name] of ELSEWHERE)
  test(`\`${text}\` leads a web document to \`${name}\``, () => {
    assert.deepEqual(addressIn(text, WEB), { kind: 'web', name })
  })

const NO_ADDRESS = /expected a path or an `https:\/\/`, `http:\/\/` or `file:\/\/` address/
const HALF = /expected a path, or an address that begins with `https:\/\/`/
const USER = /addresses of configs hold no user name or password/
const NOT_WEB = /a document from elsewhere may only include `https:\/\/` or `http:\/\/` addresses/

const REFUSED: readonly (readonly [text: string, parent: typeof FILE | typeof WEB, problem: RegExp])[] = [
  ['ftp://x.example/a.yaml', FILE, NO_ADDRESS],
  ['data:text/yaml,a:1', FILE, NO_ADDRESS],
  ['https:', FILE, NO_ADDRESS],
  ['https://x.example:port/a.yaml', FILE, NO_ADDRESS],
  ['file://server/share/a.yaml', FILE, NO_ADDRESS],
  ['me:hunter2@x.example/a.yaml', FILE, NO_ADDRESS],
  ['x.example/a.yaml?token=hunter2', FILE, HALF],
  ['localhost:8080/a.yaml#hunter2', FILE, NO_ADDRESS],
  ['//x.example/a.yaml?token=hunter2', FILE, HALF],
  ['//me:hunter2@x.example/a.yaml', FILE, HALF],
  ['my_name:hunter2@x.example/a.yaml', FILE, HALF],
  ['https://me@x.example/a.yaml', FILE, USER],
  ['https://:hunter2@x.example/a.yaml', FILE, USER],
  ['https://me:hunter2@x.example/a.yaml', FILE, USER],
  ['https://me@x.example/a.yaml', WEB, USER],
  ['//:hunter2@x.example/a.yaml', WEB, USER],
  ['file:///etc/passwd.yaml', WEB, NOT_WEB],
  ['FILE:/etc/passwd.yaml', WEB, NOT_WEB],
  ['ftp://x.example/a.yaml', WEB, NOT_WEB],
  ['https://x.example:port/a.yaml', WEB, NOT_WEB],
]
for (const [text, parent, problem] of REFUSED)
  test(`\`${text}\` in a ${parent.kind === 'web' ? 'web' : 'local'} document is refused`, () => {
    const error = expectCode('CONFIG_INVALID', () => addressIn(text, parent))
    assert.match(error.message, problem)
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error.details)} ${error.hint}`, /hunter2/)
  })
