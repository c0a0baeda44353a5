// The registry of the distribution project, which is Docker's own: images that were pushed to it are pulled by octo, with a login.
// The binary is `docker-registry`, or the one that REGISTRY_BIN names; where there is none the test is skipped.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import type { ImageSource } from '../../config/model/program-source.ts'
import { parseImageName } from '../../schemas/image-name.ts'
import { expectCodeAsync } from '../support/assertions/expect-code.ts'
import { at, WEB } from '../support/client/image-scene.ts'
import { aProgramScene } from '../support/client/program-scene.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { AMD64, startImageRegistry } from '../support/registry/image-registry.ts'

const REGISTRY = process.env.REGISTRY_BIN ?? 'docker-registry'
const found = spawnSync(REGISTRY, ['--version']).status === 0
const options = { skip: found ? false : 'docker-registry is not here; REGISTRY_BIN names it' }

/** `me:word`, as its file of users has it. */
const USER = 'me:$2y$04$815JLeHIiNj7pGW5DFf3vuXQEvMd1XM2d8/jgdbeQdpStjNjdsHda'
const LOGIN = `Basic ${Buffer.from('me:word').toString('base64')}`

/** Gives its host and port. */
async function startDistribution(t: TestContext): Promise<string> {
  const folder = tempFolder(t)
  writeFileSync(join(folder, 'users'), USER)
  const config = {
    version: 0.1,
    log: { level: 'info', formatter: 'json' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    auth: { htpasswd: { realm: 'test', path: join(folder, 'users') } },
    http: { addr: '127.0.0.1:0' },
  }
  writeFileSync(join(folder, 'config.yml'), stringify(config))
  const child = spawn(REGISTRY, ['serve', join(folder, 'config.yml')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  for await (const line of createInterface({ input: child.stderr })) {
    const host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (host === undefined) continue
    child.stderr.resume()
    return host
  }
  return assert.fail('the registry has ended')
}

async function push(host: string, blobs: ReadonlyMap<string, Buffer>, tag: string): Promise<void> {
  const send = async (method: string, url: string, body?: Buffer, type = 'application/octet-stream') => {
    const headers = { authorization: LOGIN, 'content-type': type }
    const answer = await fetch(url, { method, headers, ...(body ? { body: new Uint8Array(body) } : {}) })
    assert.ok(answer.ok, `${method} ${url}: ${answer.status} ${await answer.text()}`)
    return answer.headers.get('location') ?? ''
  }
  for (const [digest, bytes] of blobs) {
    const text = bytes.toString('utf8')
    const type = text.startsWith('{"config"') ? 'manifest' : text.startsWith('{"schemaVersion"') ? 'index' : undefined
    if (type !== undefined) {
      const reference = type === 'index' ? tag : digest
      await send(
        'PUT',
        `http://${host}/v2/acme/web/manifests/${reference}`,
        bytes,
        `application/vnd.oci.image.${type}.v1+json`,
      )
      continue
    }
    const place = new URL(await send('POST', `http://${host}/v2/acme/web/blobs/uploads/`))
    place.searchParams.set('digest', digest)
    await send('PUT', place.href, bytes)
  }
}

test(
  'an image that lies in the registry of Docker is pulled by its digest, with the login of its user',
  options,
  async (t) => {
    const host = await startDistribution(t)
    const made = await startImageRegistry(t)
    const image = made.image({ layers: [[at('app/other')], [at('app/web')]], config: { Entrypoint: ['/app/web'] } })
    const manifest = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: image.digest, size: image.size }
    const digest = made.index([{ ...manifest, platform: AMD64 }])
    await push(host, made.blobs, '1')
    const { provide, folder } = aProgramScene(t)
    const source = (name: string): ImageSource => ({ kind: 'image', image: parseImageName(`${host}/acme/${name}`) })
    await expectCodeAsync('UNAUTHENTICATED', () => provide(source(`web@${digest}`)))
    writeFileSync(join(folder, '.netrc'), 'machine 127.0.0.1 login me password word\n', { mode: 0o600 })
    const error = await expectCodeAsync('SOURCE_UNPINNED', () => provide(source('web:1')))
    assert.equal(error.details.digest, digest)
    for (const one of [digest, image.digest])
      assert.deepEqual(readFileSync((await provide(source(`web@${one}`))).path), WEB)
    await expectCodeAsync('FETCH_REFUSED', () => provide(source(`none@sha256:${'0'.repeat(64)}`)))
  },
)
