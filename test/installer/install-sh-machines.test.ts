// install.sh on machines that lack something, and with servers that send too much or too little: said before the download where it can be,
// and nothing is left.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Download } from '../support/client/downloadable-octo.ts'
import { aDownloadable, assertInstalled, assertNotStarted } from '../support/client/downloadable-octo.ts'
import { findProgram, pathWith } from '../support/client/installer-run.ts'
import { anOctoRelease } from '../support/client/octo-installation.ts'

const CURL = findProgram('curl') === undefined ? 'there is no curl on this machine' : false
const PIECE = Buffer.alloc(1 << 20)

function digestWords({ registry, digest, line }: Download): readonly string[] {
  return [registry.base, '--sha256', digest, '--key', line]
}

test('what is no public key is refused before anything is fetched, and never shown', async (t) => {
  const scene = await aDownloadable(t)
  const { registry, folder, digest, key, run } = scene
  const [none, secret] = [join(folder, 'none.pub'), join(folder, 'octo.key')]
  writeFileSync(none, 'not, a key\n')
  writeFileSync(secret, String(key.privateKey.export({ type: 'pkcs8', format: 'pem' })))
  for (const [given, said] of [
    [join(folder, 'absent.pub'), /--key is no public key/],
    [none, /none\.pub is no public key/],
    ['c2hvcnQ=', /--key is no public key/],
    [secret, /octo\.key is a private key/],
    [readFileSync(secret, 'utf8'), /--key is a private key/],
  ] as const) {
    const refused = await run([registry.base, '--sha256', digest, '--key', given])
    assert.equal(refused.code, 64, refused.output)
    assert.match(refused.output, said)
    assert.doesNotMatch(refused.output, /not, a key|c2hvcnQ=|BEGIN PRIVATE/)
    assertNotStarted(refused, scene, String(said))
  }
  assert.deepEqual(registry.requests, [])
})

test('programs that are missing are named together, before anything is fetched', async (t) => {
  const scene = await aDownloadable(t)
  const path = pathWith(join(scene.folder, 'bare'), ['curl'])
  for (const name of ['tar', 'gzip', 'sha256sum']) rmSync(join(path, name))
  const refused = await scene.run(digestWords(scene), { path })
  assert.equal(refused.code, 69)
  assert.match(refused.output, /not on the PATH: tar gzip sha256sum$/m)
  assert.deepEqual(scene.registry.requests, [])
})

test('without HOME a user is asked for folders, and a place that nobody can write is said at once', async (t) => {
  const scene = await aDownloadable(t)
  const { registry, folder, home, run } = scene
  const path = pathWith(join(folder, 'bare'), ['curl'])
  rmSync(join(path, 'id'))
  writeFileSync(join(path, 'id'), '#!/bin/sh\necho 1000\n')
  chmodSync(join(path, 'id'), 0o755)
  const homeless = await run(digestWords(scene), { path, env: { HOME: '' } })
  assert.equal(homeless.code, 64)
  assert.match(homeless.output, /HOME is not set: name --root FOLDER and --bin FOLDER/)
  writeFileSync(join(folder, 'file'), '')
  const places = ['--root', join(folder, 'file/octo'), '--bin', join(home, 'bin')]
  const closed = await run([...digestWords(scene), ...places], { path })
  assert.equal(closed.code, 73)
  assert.match(closed.output, /`.*\/file` is no folder that you can write/)
  assert.deepEqual(registry.requests, [])
})

test('the server chooses the version and it is said; OCTO_VERSION names one, and --version counts before it', {
  skip: CURL,
}, async (t) => {
  const scene = await aDownloadable(t)
  scene.registry.publish(await anOctoRelease(scene.key, { version: '1.1.0', program: '#!/bin/sh\nexit 9\n' }))
  const words = [scene.registry.base, '--key', scene.line, '--trust-server']
  const chosen = await scene.run(words)
  assert.match(chosen.output, /version 1\.1\.0 is what the server offers; another one is named by --version VERSION/)
  assert.notEqual(chosen.code, 0)
  assertInstalled(await scene.run(words, { env: { OCTO_VERSION: 'v1.0.0' } }), scene)
  rmSync(join(scene.home, 'started'))
  const both = await scene.run([...words, '--version', '1.0.0'], { env: { OCTO_VERSION: '1.1.0' } })
  assertInstalled(both, scene)
})

/** Sends without end and without a length. */
function pour(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(PIECE));
  }
  response.on('drain', more)
  more()
}

for (const fetcher of ['curl', 'wget'])
  test(`what a server sends without end is not taken (${fetcher})`, {
    skip: findProgram(fetcher) === undefined ? `there is no ${fetcher} on this machine` : false,
  }, async (t) => {
    const scene = await aDownloadable(t)
    const path = pathWith(join(scene.folder, 'bare'), [fetcher])
    scene.registry.misbehave = (asked, _request, response) => {
      if (!asked.endsWith('octo.json')) return false
      response.writeHead(200)
      pour(response)
      return true
    }
    const flooded = await scene.run(digestWords(scene), { path })
    assertNotStarted(flooded, scene, 'without end')
    assert.match(flooded.output, /no versions of octo at/)
  })

test('half an archive is no archive', { skip: CURL }, async (t) => {
  const scene = await aDownloadable(t)
  scene.registry.misbehave = (asked, _request, response) => {
    if (!asked.endsWith('.tar.gz')) return false
    response.writeHead(200, { 'content-length': String(scene.bytes.length) })
    response.write(scene.bytes.subarray(0, 100), () => response.destroy())
    return true
  }
  const cut = await scene.run(digestWords(scene))
  assertNotStarted(cut, scene, 'half')
  assert.match(cut.output, /cannot fetch .*\.tar\.gz/)
})

test('folders with spaces stay whole, and folders that a refusal leaves empty are taken away', {
  skip: CURL,
}, async (t) => {
  const scene = await aDownloadable(t, {
    program: `#!/bin/sh
echo "$1" >>"$HOME/started"
[ "$1" = self ] || exit 0
while [ $# -gt 0 ]; do [ "$1" != --root ] || root=$2; shift; done
mkdir -p "$root/versions" "$root/state"
exit 74
`,
  })
  const root = join(scene.home, 'a place/octo of mine')
  mkdirSync(join(scene.home, 'a place'))
  const refused = await scene.run([...digestWords(scene), '--root', root, '--bin', join(scene.home, 'a bin')])
  assert.equal(refused.code, 74, refused.output)
  assert.equal(readFileSync(join(scene.home, 'started'), 'utf8'), '--version\nself\n')
  assert.equal(existsSync(root), false)
})
