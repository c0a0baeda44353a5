// Who gets which credentials, and which files with secrets are read.
import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { credentialsFrom } from '../../credentials/read-credentials.ts'
import { readTokenFile } from '../../credentials/read-token-file.ts'
import { cleanToken } from '../../credentials/token-text.ts'
import { findToken, requireToken } from '../../publisher/account/find-token.ts'
import { makeKeyPair } from '../../publisher/sign/make-key.ts'
import { pemOf } from '../../publisher/sign/pem-text.ts'
import { readPassphraseFile, readSigningKey } from '../../publisher/sign/read-key.ts'
import { fetchText } from '../../system/http/fetch-text.ts'
import { openHttp } from '../../system/http/open-http.ts'
import { expectCode, expectCodeAsync } from '../support/assertions/expect-code.ts'
import { listening } from '../support/machine/listening.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const HOST = 'https://a.net/repos/core.yaml'

test('credentials go to the scheme, host and port they are for', async (t) => {
  const home = tempFolder(t)
  mkdirSync(join(home, '.config/octo'), { recursive: true })
  const tokens = {
    'https://a.net': 'token-of-a',
    'https://a.net/deep': 'token-deep',
    'http://127.0.0.1:8787': 'token-own',
  }
  writeFileSync(join(home, '.config/octo/tokens.json'), JSON.stringify({ format: 'octo.tokens/v1', tokens }), {
    mode: 0o600,
  })
  const netrc =
    '# machine a.net login no password no\nmachine n.net login user password "p w\\"d"\nmachine n.net:81 login port password x\nmacdef init\nmachine m.net login no password no\n\nmachine last.net\n\tlogin l\n\tpassword #hash\n'
  writeFileSync(join(home, '.netrc'), netrc, { mode: 0o600 })
  const env = { HOME: home, OCTO_CREDENTIALS: 'https://u:p%40ss@c.net https://u2:p2@c.net:81' }
  const rows: [string, string | undefined, string | undefined, Record<string, string>?][] = [
    [HOST, undefined, 'Bearer token-of-a'],
    [HOST, 'Bearer realm="x"', 'Bearer token-of-a'],
    ['https://a.net/deep/repos/core.yaml', undefined, 'Bearer token-deep'],
    ['https://a.net/deeper/repos/core.yaml', undefined, 'Bearer token-of-a'],
    ['https://a.net:444/x', undefined, undefined],
    ['http://a.net/x', undefined, undefined],
    ['https://b.a.net/x', undefined, undefined],
    ['http://127.0.0.1:8787/x', undefined, 'Bearer token-own'],
    ['http://127.0.0.1:8788/x', undefined, undefined],
    ['https://c.net/x', 'Basic realm="x"', basic('u:p@ss')],
    ['https://c.net:81/x', undefined, basic('u2:p2')],
    ['http://c.net/x', 'Basic', undefined],
    ['https://n.net/x', 'Basic', basic('user:p w"d')],
    ['https://n.net:81/x', 'Basic', basic('port:x')],
    ['http://n.net/x', 'Basic', undefined],
    ['https://m.net/x', 'Basic', undefined],
    ['https://last.net/x', 'Basic', basic('l:#hash')],
    ['https://other.net/x', 'Basic', undefined],
    ['https://u:p@own.net/x', 'Basic', basic('u:p')],
    [
      'https://r.net/repos/x',
      undefined,
      'Bearer token-of-env',
      { OCTO_TOKEN: 'token-of-env', OCTO_REGISTRY: 'https://r.net' },
    ],
    ['https://r.net/repos/x', undefined, undefined, { OCTO_TOKEN: 'token-of-env' }],
    ['https://s.net/repos/x', undefined, undefined, { OCTO_TOKEN: 'token-of-env', OCTO_REGISTRY: 'https://r.net' }],
  ]
  for (const [url, challenge, expected, more] of rows)
    assert.equal(await credentialsFrom({ ...env, ...more })(new URL(url), challenge), expected, `${url} ${challenge}`)
  writeFileSync(join(home, 'other'), 'default login d password x', { mode: 0o600 })
  const other = { HOME: home, NETRC: join(home, 'other') }
  assert.equal(await credentialsFrom(other)(new URL('https://other.net/x'), 'Basic'), basic('d:x'))
  chmodSync(join(home, '.netrc'), 0o644)
  await expectCodeAsync('TOKEN_UNREADABLE', () =>
    Promise.resolve(credentialsFrom(env)(new URL('https://n.net/x'), 'Basic')).then(),
  )
  assert.equal(await credentialsFrom(env)(new URL('https://other.net/x'), 'Basic'), undefined)
  for (const text of ['https://u:s3cret%x@a.net', 'u:s3cret@a.net', 'https://a.net', 'https://u:s3#cret@c.net']) {
    const find = () =>
      credentialsFrom({ HOME: home, OCTO_CREDENTIALS: text })(new URL('https://a.net:9/x'), 'Basic').then(() =>
        credentialsFrom({ HOME: home, OCTO_CREDENTIALS: text })(new URL('https://a.net/x'), 'Basic'),
      )
    const error = await expectCodeAsync('CONFIG_INVALID', find)
    assert.ok(!JSON.stringify([error, error.message]).includes('s3'), text)
  }
})

test('nothing is sent before a server asks, and later reads send it at once', async (t) => {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(request.headers.authorization ? 200 : 401).end('text')
  })
  const url = new URL(`http://127.0.0.1:${await listening(t, server)}/x`)
  const credentials = credentialsFrom({ HOME: tempFolder(t), OCTO_CREDENTIALS: `http://u:p@${url.host}` })
  const http = await openHttp({ env: {}, credentials })
  t.after(() => http[Symbol.dispose]())
  for (let read = 0; read < 2; read++) assert.equal(await fetchText(http, { url, maxBytes: 10 }), 'text')
  assert.deepEqual(seen, [undefined, basic('u:p'), basic('u:p')])
})

for (const mode of [0o644, 0o640, 0o604, 0o666, 0o444])
  test(`a token, a key and a passphrase in files of mode ${mode.toString(8)} are refused`, async (t) => {
    const folder = tempFolder(t)
    // In memory, a closed one would be enough.
    chmodSync(folder, 0o755)
    const file = join(folder, 'secret')
    writeFileSync(file, 'octo_a-token-of-one-word')
    chmodSync(file, mode)
    const error = await expectCodeAsync('TOKEN_UNREADABLE', () => readTokenFile(file))
    assert.match(error.hint ?? '', /chmod 600/)
    const { privatePem } = makeKeyPair('ecdsa-p256')
    chmodSync(file, 0o600)
    writeFileSync(file, privatePem)
    chmodSync(file, mode)
    const refused = await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ file, env: {} }))
    if (mode === 0o444) assert.match(refused.hint ?? '', /OCTO_SIGNING_KEY/)
    const env = { OCTO_SIGNING_KEY: encrypted(), OCTO_KEY_PASSPHRASE_FILE: file }
    await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ env }))
  })

function encrypted(): string {
  return makeKeyPair('ecdsa-p256', 'passphrase').privatePem
}

const WRAPPED: Readonly<Record<string, (pem: string) => string>> = {
  'as it is': (pem) => pem,
  'with `\\n` in place of line ends': (pem) => pem.replaceAll('\n', '\\n'),
  'with `\\r\\n` in place of line ends': (pem) => pem.replaceAll('\n', '\\r\\n'),
  'with the line ends of Windows': (pem) => pem.replaceAll('\n', '\r\n'),
  'without its last line end': (pem) => pem.trimEnd(),
  'in quotes': (pem) => `"${pem}"`,
  'in single quotes with `\\n`': (pem) => `'${pem.replaceAll('\n', '\\n')}'`,
  'between blanks': (pem) => `  \n${pem}\n\t`,
  'with a byte order mark': (pem) => `\uFEFF${pem}`,
  'with blanks in place of line ends': (pem) => pem.replace(/(?<!-)\n(?!-)/g, ' '),
  indented: (pem) => pem.replace(/^/gm, '    '),
  'in base64': (pem) => Buffer.from(pem).toString('base64'),
  'in base64 of several lines': (pem) => Buffer.from(pem).toString('base64').replace(/.{76}/g, '$&\n'),
}

for (const [how, wrap] of Object.entries(WRAPPED))
  test(`a key is read ${how}`, async () => {
    const { privatePem, trustKey } = makeKeyPair('ecdsa-p256')
    const key = await readSigningKey({ env: { OCTO_SIGNING_KEY: wrap(privatePem) } })
    assert.equal(key.trustKey.id, trustKey.id)
    assert.equal(pemOf(wrap(privatePem)), privatePem)
  })

test('tokens are read with what stands around them, and never two words', () => {
  for (const text of [
    'octo_token',
    'octo_token\n',
    'octo_token\r\n',
    ' "octo_token" ',
    "'octo_token'",
    '\uFEFFocto_token',
    'Bearer octo_token',
    'Authorization: Bearer octo_token\r\n',
    'OCTO_TOKEN=octo_token\n',
    'export OCTO_TOKEN="octo_token"',
  ])
    assert.equal(cleanToken(text, 'x'), 'octo_token')
  for (const text of ['', 'two words', 'short', 'ünicode-token', '"a" b"'])
    expectCode('UNAUTHENTICATED', () => cleanToken(text, 'x'))
})

test('the private part of a key counts, whatever stands beside it', async (t) => {
  const { privatePem, trustKey } = makeKeyPair('ecdsa-p256')
  const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
  const publicPem = createPublicKey(privatePem).export({ type: 'spki', format: 'pem' })
  for (const text of [
    `${parameters}${oldForm(privatePem)}`,
    `Bag Attributes\n${privatePem}`,
    `${publicPem}${privatePem}`,
  ])
    for (const env of [{ OCTO_SIGNING_KEY: text }, { OCTO_SIGNING_KEY_FILE: secretFile(t, Buffer.from(text)) }])
      assert.equal((await readSigningKey({ env })).trustKey.id, trustKey.id)
})

for (const kind of ['ecdsa-p256', 'ed25519'] as const)
  test(`a key of ${kind} is read in DER, in base64 and as a file`, async (t) => {
    const { privatePem, trustKey } = makeKeyPair(kind)
    const der = createPrivateKey(privatePem).export({ type: 'pkcs8', format: 'der' })
    const old = kind === 'ed25519' ? der : createPrivateKey(privatePem).export({ type: 'sec1', format: 'der' })
    for (const bytes of [der, old]) {
      const file = secretFile(t, bytes)
      for (const env of [{ OCTO_SIGNING_KEY: bytes.toString('base64') }, { OCTO_SIGNING_KEY_FILE: file }])
        assert.equal((await readSigningKey({ env })).trustKey.id, trustKey.id)
    }
  })

test('keys, passphrases and tokens are read as PowerShell writes them, in UTF-16', async (t) => {
  const { privatePem, trustKey } = makeKeyPair('ecdsa-p256', 'gr\u00fcn')
  for (const wide of [(text: string) => utf16(text), (text: string) => utf16(text).swap16()]) {
    const env = { OCTO_KEY_PASSPHRASE_FILE: secretFile(t, wide('gr\u00fcn\r\n')) }
    assert.equal((await readSigningKey({ file: secretFile(t, wide(privatePem)), env })).trustKey.id, trustKey.id)
    assert.equal(await readTokenFile(secretFile(t, wide('octo_token\r\n'))), 'octo_token')
  }
})

test('a passphrase is read without a byte order mark, and never from bytes that are no text', async (t) => {
  assert.equal(await readPassphraseFile(secretFile(t, Buffer.from('\uFEFFgr\u00fcn\n'))), 'gr\u00fcn')
  for (const bytes of [Buffer.from('gr\u00fcn', 'latin1'), Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00])])
    await expectCodeAsync('TEXT_INVALID', () => readPassphraseFile(secretFile(t, bytes)))
})

test('OCTO_TOKEN_FILE names a file, and OCTO_TOKEN counts before it', async (t) => {
  const OCTO_TOKEN_FILE = secretFile(t, Buffer.from('octo_filed\n'))
  const registry = new URL('https://a.net')
  assert.equal(await findToken({ registry, env: { OCTO_TOKEN_FILE } }), 'octo_filed')
  assert.equal(await findToken({ registry, env: { OCTO_TOKEN_FILE, OCTO_TOKEN: 'octo_given' } }), 'octo_given')
  const find = credentialsFrom({ OCTO_TOKEN_FILE, OCTO_REGISTRY: 'https://a.net', HOME: tempFolder(t) })
  assert.equal(await find(new URL('https://a.net/repos/core.yaml'), 'Bearer'), 'Bearer octo_filed')
  assert.equal(await find(new URL('https://b.net/repos/core.yaml'), 'Bearer'), undefined)
  chmodSync(OCTO_TOKEN_FILE, 0o644)
  await expectCodeAsync('TOKEN_UNREADABLE', () => findToken({ registry, env: { OCTO_TOKEN_FILE } }))
})

test('a token that a shell hands over is read once, and good for every request of the command', {
  skip: process.platform === 'win32' && 'there are no paths of descriptors',
}, async (t) => {
  const opened = openSync(secretFile(t, Buffer.from('octo_handed-over\n')), 'r')
  t.after(() => closeSync(opened))
  const env = { OCTO_TOKEN_FILE: `/dev/fd/${opened}`, OCTO_REGISTRY: 'https://a.net', HOME: tempFolder(t) }
  for (let request = 0; request < 2; request++)
    assert.equal(await credentialsFrom(env)(new URL(HOST), 'Bearer'), 'Bearer octo_handed-over')
  assert.equal(await findToken({ registry: new URL('https://a.net'), env }), 'octo_handed-over')
})

test('of a key or token that a shell opened, the file is named that others can read', {
  skip: process.platform !== 'linux' && 'nothing tells which file is open',
}, async (t) => {
  const file = secretFile(t, Buffer.from(makeKeyPair('ecdsa-p256').privatePem))
  chmodSync(file, 0o644)
  const opened = openSync(file, 'r')
  t.after(() => closeSync(opened))
  const hint = `\`chmod 600 ${file}\``
  const given = `/dev/fd/${opened}`
  const refused = await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ file: given, env: {} }))
  assert.ok(refused.message.includes(file) && refused.hint?.includes(hint), String(refused.hint))
  const unread = await expectCodeAsync('TOKEN_UNREADABLE', () => readTokenFile(given))
  assert.ok(unread.message.includes(file) && unread.hint?.includes(hint), String(unread.hint))
})

test('a secret that a pipeline leaves empty is told as that', async (t) => {
  const registry = new URL('https://a.net')
  const empty = { OCTO_SIGNING_KEY: '', OCTO_TOKEN: '', HOME: tempFolder(t) }
  const noKey = await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ env: empty }))
  assert.match(noKey.message, /no signing key was given: `OCTO_SIGNING_KEY` is set and empty/)
  const noToken = await expectCodeAsync('UNAUTHENTICATED', () => requireToken({ registry, env: empty }))
  assert.match(noToken.message, /: `OCTO_TOKEN` is set and empty/)
  const unset = await expectCodeAsync('KEY_UNREADABLE', () => readSigningKey({ env: {} }))
  assert.match(unset.message, /was given$/)
})

function secretFile(t: Parameters<typeof tempFolder>[0], bytes: Buffer): string {
  const file = join(tempFolder(t), 'secret')
  writeFileSync(file, bytes, { mode: 0o600 })
  return file
}

function utf16(text: string): Buffer {
  return Buffer.from(`\uFEFF${text}`, 'utf16le')
}

function oldForm(pem: string): string {
  return createPrivateKey(pem).export({ type: 'sec1', format: 'pem' }).toString()
}

test('netrc is read as it is found: by names of any script, with a dot at their end, and in UTF-16', async (t) => {
  const rows: readonly [netrc: Buffer, address: string][] = [
    [Buffer.from('machine b\u00fccher.example login u password p'), 'https://b\u00fccher.example/x'],
    [Buffer.from('machine xn--bcher-kva.example login u password p'), 'https://b\u00fccher.example/x'],
    [Buffer.from('machine a.net login u password p'), 'https://a.net./x'],
    [Buffer.from('\uFEFFmachine a.net login u password p'), HOST],
    [utf16('machine a.net login u password p\r\n'), HOST],
    [utf16('machine a.net login u password p\r\n').swap16(), HOST],
    [Buffer.from('# f\u00fcr a.net\nmachine a.net login u password p', 'latin1'), HOST],
  ]
  for (const [netrc, address] of rows) {
    const find = credentialsFrom({ NETRC: secretFile(t, netrc), HOME: tempFolder(t) })
    assert.equal(await find(new URL(address), 'Basic'), basic('u:p'), netrc.toString())
  }
})

test('a password of netrc that is no text is not sent as another one', async (t) => {
  const NETRC = secretFile(t, Buffer.from('machine a.net login u password gr\u00fcn', 'latin1'))
  const find = credentialsFrom({ NETRC, HOME: tempFolder(t) })
  await expectCodeAsync('TEXT_INVALID', () => find(new URL(HOST), 'Basic'))
  assert.equal(await find(new URL('https://b.net/x'), 'Basic'), undefined)
})
