// Every door takes text that is well-formed Unicode and nothing else: each text that breaks a rule, at each door.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readTokens } from '../../credentials/token-file.ts'
import { readDraft } from '../../publisher/dist-folder/release-file.ts'
import { readProject } from '../../publisher/project/read-project.ts'
import { readPassphraseFile } from '../../publisher/sign/read-key.ts'
import { readSignedDist } from '../../publisher/static-repo/read-dist.ts'
import { isCoded } from '../../schemas/errors.ts'
import { lineShape, textShape } from '../../schemas/shapes.ts'
import { decodeText } from '../../schemas/text.ts'
import { parseYaml } from '../../schemas/yaml/parse.ts'
import { readIfThere } from '../../system/files/atomic-file.ts'
import { verifyRelease } from '../../trust/release/verify-release.ts'
import { expectCode, expectCodeAsync } from '../support/assertions/expect-code.ts'
import { readConfig } from '../support/builders/read-configs.ts'
import { aRelease, issueKey, signBytes } from '../support/builders/test-authority.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { runOcto } from '../support/octo/run-octo.ts'
import { callApi, publishRelease } from '../support/publisher/publish-release.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

/** Bytes that are no UTF-8: stray, overlong, surrogates, beyond Unicode, cut off. */
const NOT_UTF8: readonly (readonly number[])[] = [
  ...[[0xff], [0xfe], [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xf0, 0x80, 0x80, 0x80]],
  ...[
    [0xed, 0xa0, 0x80],
    [0xed, 0xbf, 0xbf],
    [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
  ],
  ...[[0xf8, 0x88, 0x80, 0x80, 0x80], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xe4, 0xf6, 0xfc]],
]

test(`${NOT_UTF8.length} kinds of bytes that are no UTF-8 are refused with the first of them, in the middle and at the end`, () => {
  for (const bytes of NOT_UTF8)
    for (const after of ['', 'x'])
      assert.equal(
        expectCode('TEXT_INVALID', () =>
          decodeText(Buffer.concat([Buffer.from('grün\ufffd'), Buffer.from(bytes), Buffer.from(after)]), 'x'),
        ).details.offset,
        8,
      )
  assert.equal(decodeText(Buffer.from('\ufeffgrün\ufffd😀'), 'x'), '\ufeffgrün\ufffd😀')
})

test('files that people and programs write are UTF-8 or refused, at every door that reads one', async (t) => {
  const folder = tempFolder(t)
  const write = (name: string, before: string, after: string, bytes: readonly number[]) => {
    writeFileSync(join(folder, name), Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]), {
      mode: 0o600,
    })
    return join(folder, name)
  }
  const project =
    'name: a\nversion: 1.0.0\nkind: tool\nprotocol: exec\nplatforms: {any: {runtime: {name: sh}, file: a.sh}}\n'
  const doors: Readonly<Record<string, (bytes: readonly number[]) => unknown>> = {
    'a config': (bytes) => readConfig([write('octo.yaml', '# ', '\noperator: {}\n', bytes)], { cwd: folder, env: {} }),
    'a JSON config': (bytes) =>
      readConfig([write('octo.json', '{"configs":{"a":"', '"}}', bytes)], { cwd: folder, env: {} }),
    'a key file': (bytes) => {
      write('a.pub', '# ', '', bytes)
      writeFileSync(
        join(folder, 'k.yaml'),
        'operator: {repos: {a: {url: "https://a.test/repos/a.yaml", keys: [{file: a.pub}]}}}\n',
      )
      return readConfig([join(folder, 'k.yaml')], { cwd: folder, env: {} })
    },
    'a file of the store': (bytes) => readIfThere(write('octo.lock', '{"', '"}', bytes)),
    'plugin.yaml': (bytes) => {
      write('plugin.yaml', `description: "`, `"\n${project}`, bytes)
      return readProject(folder)
    },
    'a README': (bytes) => {
      write('plugin.yaml', `description: d\nreadme: README.md\n${project}`, '', [])
      write('README.md', '# Title ', '\n', bytes)
      return readProject(folder)
    },
    'stored tokens': (bytes) =>
      readTokens(write('tokens.json', '{"format":"octo.tokens/v1","tokens":{"', '":"x"}}', bytes)),
    'a draft': (bytes) => {
      write('release.json', '{"', '":1}', bytes)
      return readDraft(folder)
    },
    'a passphrase': (bytes) => readPassphraseFile(write('pass', 'secret', '\n', bytes)),
    'a signed dist': (bytes) => {
      write('release.sigstore.json', '{"', '":1}', bytes)
      return readSignedDist(folder, [])
    },
  }
  for (const [door, open] of Object.entries(doors))
    for (const bytes of NOT_UTF8) {
      const error = await Promise.resolve()
        .then(() => open(bytes))
        .then(
          () => assert.fail(`${door} took ${bytes.map((byte) => byte.toString(16))}`),
          (refused) => refused,
        )
      if (!isCoded(error)) throw error
      const codes = [error.code, isCoded(error.cause) ? error.cause.code : undefined]
      assert.ok(codes.includes('TEXT_INVALID'), `${door}: ${error.code}: ${error.message}`)
    }
})

const LINES: Readonly<Record<string, string>> = {
  'half a pair': 'bad \ud800 reason',
  'the other half': '\udc00',
  'halves in the wrong order': '\udc00\ud800',
  'U+0000': 'a\0b',
  'a line end': 'a\nb',
  'a carriage return': 'a\rb',
  'a tab': 'a\tb',
  'an escape': 'a\u001b[31m',
  'a delete': 'a\u007f',
  'a C1 control': 'a\u0085',
  'a line separator': 'a\u2028b',
  'a paragraph separator': 'a\u2029b',
  'an override': 'a\u202egnp.exe',
  'an embedding': '\u202aa\u202c',
  'an isolate': '\u2066a\u2069',
  'a byte order mark': '\ufeffa',
}

test(`a line is refused with each of ${Object.keys(LINES).length} things that do not come back or show otherwise`, () => {
  for (const [what, text] of Object.entries(LINES)) assert.equal(lineShape.safeParse(text).success, false, what)
  for (const text of ['', 'grün', '😀', 'שלום', 'a\u200db', '\u200ea', 'x'.repeat(500)])
    assert.equal(lineShape.safeParse(text).success, true, text)
})

test('a text of several lines holds tabs and line ends, and nothing else of the controls', () => {
  const fine = new Set([
    'a line end',
    'a carriage return',
    'a tab',
    'a line separator',
    'a paragraph separator',
    'a byte order mark',
  ])
  for (const [what, text] of Object.entries(LINES))
    assert.equal(textShape.safeParse(text).success, fine.has(what), what)
  assert.equal(textShape.safeParse('x\n'.repeat(32 * 1024)).success, true)
})

test('the reason of a yank is well-formed or refused, and what was taken comes back as it was sent', async (t) => {
  const registry = await startTestRegistry(t)
  const release = await aRelease(registry.key)
  await publishRelease(registry, release)
  const path = '/api/v1/repos/core/plugins/hello/versions/1.0.0/state'
  const put = (body: Buffer | string) => callApi(registry, path, { method: 'PUT', body: Buffer.from(body) })
  for (const [what, text] of Object.entries(LINES)) {
    const answer = await put(JSON.stringify({ action: 'yank', reason: text }))
    assert.ok(['JSON_INVALID', 'FORMAT_INVALID'].includes(String(answer.body.code)), `${what}: ${answer.body.code}`)
  }
  for (const bytes of NOT_UTF8) {
    const body = Buffer.concat([Buffer.from('{"action":"yank","reason":"bad '), Buffer.from(bytes), Buffer.from('"}')])
    const answer = await put(body)
    assert.deepEqual([answer.status, answer.body.code], [400, 'TEXT_INVALID'])
  }
  assert.equal((await put('{"action":"yank","reason":"a","reason":"b"}')).body.code, 'JSON_INVALID')
  for (const _again of [1, 2]) {
    const answer = await put(JSON.stringify({ action: 'yank', reason: 'grün 😀 \u200e' }))
    assert.deepEqual([answer.status, answer.body.reason], [200, 'grün 😀 \u200e'])
  }
})

test('what is signed is read by the same reader', async () => {
  const key = issueKey()
  const { statement, predicate } = await aRelease(key)
  const good = JSON.stringify(statement)
  const claim = { keyring: [key.trustKey], expected: predicate, at: Date.now(), source: 'x' }
  const payloads = [
    ...NOT_UTF8.map((bytes) =>
      Buffer.concat([Buffer.from(good.slice(0, -1)), Buffer.from(',"a":"'), Buffer.from(bytes), Buffer.from('"}')]),
    ),
    ...[
      `\ufeff${good}`,
      `${good} x`,
      good.replace('"says hello"', '"\\ud800"'),
      good.replace('"says hello"', '"\\u202e"'),
    ].map((text) => Buffer.from(text)),
    ...[
      good.replace('"repo":"core"', '"repo":"evil","repo":"core"'),
      good.replace('"repo":"core"', '"repo":"core","\\u0072epo":"evil"'),
    ].map((text) => Buffer.from(text)),
  ]
  for (const payload of payloads) {
    const bundle = await signBytes(payload, key)
    expectCode('STATEMENT_MISMATCH', () => verifyRelease({ ...claim, bundle }))
  }
  let bundle = await signBytes(Buffer.from(good), key)
  // Signatures are of 70 to 72 bytes, and those of 72 have no letter with bits that carry nothing.
  while (!/"sig":"[^"]*="/.test(bundle)) bundle = await signBytes(Buffer.from(good), key)
  assert.equal(verifyRelease({ ...claim, bundle }).predicate.repo, 'core')
  const hostile = [
    bundle.replace('"payload":', '"payload":"e30=","payload":'),
    bundle.replace('"payload":', '"\\u0070ayload":"e30=","payload":'),
    `\ufeff${bundle}`,
    `${bundle}${bundle}`,
    bundle.replace(
      /"sig":"([^"=]*)([^"=])(=+)"/,
      (_all, most, last, end) => `"sig":"${most}${nextLetter(last)}${end}"`,
    ),
  ]
  for (const text of hostile) expectCode('BUNDLE_MALFORMED', () => verifyRelease({ ...claim, bundle: text }))
})

/** Differs in the last bits only, which carry nothing where padding follows. */
function nextLetter(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return alphabet[alphabet.indexOf(letter) ^ 1] ?? 'A'
}

test('an argument that is no text is refused, as its replacement is not what was typed', async () => {
  const { code, stderr } = await runOcto(['registry', 'token', 'create', '--name', 'a\ufffdb'])
  assert.equal(code, 64)
  assert.match(stderr, /argument 5 is not UTF-8/)
})

test('YAML escapes of halves and of U+0000 are refused, in values and in keys', async () => {
  for (const text of ['a: "\\ud800"', '"\\udc00": 1', 'a: ["\\ud83d\\ud83d"]', 'a: "x\\0"', 'a: "\\x00"', '"\\0": 1'])
    expectCode('YAML_INVALID', () => assert.fail(JSON.stringify(parseYaml(text, 'x').value)))
  await expectCodeAsync('TEXT_INVALID', async () => parseYaml('a: \ud800', 'x'))
})
