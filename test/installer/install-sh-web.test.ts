// install.sh on its way through the web: no redirect leads it away from HTTPS, and passwords come from where only their user reads them.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { get } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { aDownloadable, assertInstalled, assertNotStarted } from '../support/client/downloadable-octo.ts'
import { findProgram, pathWith } from '../support/client/installer-run.ts'
import { listening } from '../support/machine/listening.ts'
import { ownAuthority, withoutOpenssl } from '../support/machine/own-authority.ts'

const without = (program: string) =>
  withoutOpenssl || (findProgram(program) === undefined && `there is no ${program} on this machine`)

/** A download beside a server of HTTPS that answers with what `answer` makes of the address of the first. */
async function aSecureScene(t: TestContext, fetcher: string, answer: (base: string) => RequestListener) {
  const scene = await aDownloadable(t)
  const authority = ownAuthority(t)
  const port = await listening(t, createServer(authority.issue(), answer(scene.registry.base.replace(/\/$/, ''))))
  const base = `https://localhost:${port}`
  const settings = join(scene.folder, 'wgetrc')
  writeFileSync(settings, `ca_certificate = ${authority.file}\n`)
  const machine = {
    path: pathWith(join(scene.folder, 'bare'), [fetcher]),
    env: { CURL_CA_BUNDLE: authority.file, WGETRC: settings },
  }
  const words = [base, '--key', scene.line, '--trust-server']
  return { ...scene, base, words, run: (given: readonly string[]) => scene.run(given, machine), scene }
}

const passOn =
  (base: string): RequestListener =>
  ({ url }, response) =>
    get(`${base}${url}`, (found) => {
      response.writeHead(found.statusCode ?? 500)
      found.pipe(response)
    })

const leadAway =
  (base: string): RequestListener =>
  ({ url }, response) =>
    response.writeHead(302, { location: `${base}${url}` }).end()

test('who is trusted over HTTPS does not lead to a server without it', { skip: without('curl') }, async (t) => {
  const good = await aSecureScene(t, 'curl', passOn)
  assertInstalled(await good.run(good.words), good.scene)
  const away = await aSecureScene(t, 'curl', leadAway)
  assertNotStarted(await away.run(away.words), away.scene, 'led away')
  assert.deepEqual(away.registry.requests, [])
})

test('what cannot tell where it was led is trusted with nothing', { skip: without('wget') }, async (t) => {
  const away = await aSecureScene(t, 'wget', leadAway)
  const refused = await away.run(away.words)
  assertNotStarted(refused, away.scene, 'led away')
  assert.match(refused.output, /--trust-server needs curl/)
})

test('a password in an address is refused before anything is fetched, and not shown; one of ~/.netrc is used', {
  skip: without('curl'),
}, async (t) => {
  const expected = `Basic ${Buffer.from('me:hunter2').toString('base64')}`
  const scene = await aSecureScene(t, 'curl', (base) => (request, response) => {
    if (request.headers.authorization === expected) passOn(base)(request, response)
    else response.writeHead(401).end()
  })
  const named = scene.base.replace('//', '//me:hunter2@')
  for (const words of [
    [named, ...scene.words.slice(1)],
    [...scene.words, '--repo', `${named}/repos/core.yaml`],
  ]) {
    const refused = await scene.run(words)
    assert.equal(refused.code, 64, refused.output)
    assert.match(refused.output, /keep them in ~\/\.netrc/)
    assert.doesNotMatch(refused.output, /hunter2/)
    assertNotStarted(refused, scene.scene, 'a password')
  }
  assert.deepEqual(scene.registry.requests, [])
  assertNotStarted(await scene.run(scene.words), scene.scene, 'no password')
  writeFileSync(join(scene.home, '.netrc'), 'machine localhost login me password hunter2\n', { mode: 0o600 })
  assertInstalled(await scene.run(scene.words), scene.scene)
})

test('the password of a proxy is not shown, whatever its address looks like', { skip: without('curl') }, async (t) => {
  const scene = await aDownloadable(t)
  const path = pathWith(join(scene.folder, 'bare'), ['curl'])
  const words = ['http://plugins.example.test', '--key', scene.line, '--trust-server']
  for (const address of [
    'http://me:hunter2@127.0.0.1:99999',
    'http://me:hun/ter2@127.0.0.1:1',
    'http://me:hunter2@a host:1',
    'me:hunter2@127.0.0.1:99999',
    "http://me:hun'ter2@127.0.0.1:99999",
    'other://me:hunter2@127.0.0.1:1',
    'http://me:hunter2@127.0.0.1:1',
  ]) {
    const refused = await scene.run(words, { path, env: { http_proxy: address } })
    assertNotStarted(refused, scene, address)
    assert.match(refused.output, /^curl: /m, address)
    assert.doesNotMatch(refused.output, /hun|ter2/, address)
  }
})
