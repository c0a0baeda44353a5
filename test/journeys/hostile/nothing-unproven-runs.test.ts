// `octo run` against a host in an attacker's hands: whatever is wrong with a release, the plugin's mark on the disk stays
// absent, the store stays empty, and the honest twin runs right after. Two of them with the program as its users start it.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { digestOf } from '../../../schemas/digest.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import { ARCHIVE_LIMITS } from '../../../schemas/limits.ts'
import { renderReleaseStatement } from '../../../schemas/release-statement.ts'
import { publicKeyLine } from '../../../schemas/trust-key.ts'
import { END_OF_TAR, paxEntry, tarballOf, tarEntry } from '../../support/builders/archive-builder.ts'
import type { SignedRelease } from '../../support/builders/test-authority.ts'
import { aRelease, issueKey, signStatement } from '../../support/builders/test-authority.ts'
import { triesEveryCase } from '../../support/machine/full-form.ts'
import { filesBelow, tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'
import { runOcto } from '../../support/octo/run-octo.ts'
import type { StaticRegistry } from '../../support/registry/static-registry.ts'
import { startStaticRegistry } from '../../support/registry/static-registry.ts'

const publisher = issueKey()
const mallory = issueKey()
const ARTIFACT = 'repos/core/tool/1.0.0/tool_1.0.0_linux_amd64'
const BUNDLE = 'repos/core/tool/1.0.0/release.sigstore.json'

type Scene = { readonly registry: StaticRegistry; readonly marked: Buffer; readonly honest: SignedRelease }
type Attack = {
  readonly what: string
  readonly code: ErrorCode
  /** With the program as its users start it; else in this process. */
  readonly started?: true
  /** Refused at the same place as one before it, and for the like: tried with every case alone. */
  readonly isAlike?: true
  act(scene: Scene): void | Promise<void>
}

const archive =
  (parts: Parameters<typeof tarballOf>[0]) =>
  async ({ registry }: Scene) => {
    const bytes = tarballOf(parts)
    const packed = { bytes, file: 'tool_1.0.0_linux_amd64', format: 'tar.gz' as const, executable: 'run' }
    registry.publish(await aRelease(publisher, { plugin: 'tool', platforms: { linux_amd64: packed } }))
  }
const answer =
  (path: string, bytes: Buffer | string, status = 200) =>
  ({ registry }: Scene) => {
    registry.misbehave = (asked, _request, response) => {
      if (asked !== path) return false
      response.writeHead(status, { 'content-length': Buffer.byteLength(bytes) }).end(bytes)
      return true
    }
  }
const run = { path: 'run', content: '#!/bin/sh\necho honest\n', mode: 0o755 }
const elf = (machine: number) => {
  const header = Buffer.alloc(64)
  header.write('\x7fELF\x02\x01\x01', 'latin1')
  header.writeUInt16LE(machine, 18)
  return header
}

const ATTACKS: readonly Attack[] = [
  {
    what: 'truncated artifact',
    code: 'SIZE_MISMATCH',
    act: ({ registry, marked }) => void registry.files.set(ARTIFACT, marked.subarray(2)),
  },
  {
    what: 'other bytes of the same length',
    code: 'DIGEST_MISMATCH',
    started: true,
    act: ({ registry, marked }) =>
      void registry.files.set(ARTIFACT, Buffer.concat([marked.subarray(0, -1), Buffer.from('#')])),
  },
  {
    what: 'endless artifact',
    code: 'SIZE_MISMATCH',
    act: ({ registry }) => {
      registry.misbehave = (asked, _request, response) => {
        if (asked !== ARTIFACT) return false
        response.on('error', () => undefined)
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, '#')));
        }
        response.on('drain', more)
        more()
        return true
      }
    },
  },
  {
    what: '404 page in place of the artifact',
    code: 'FETCH_REFUSED',
    act: answer(ARTIFACT, '<html>Not Found</html>', 404),
  },
  {
    what: 'web page with status 200 in place of the artifact',
    isAlike: true,
    code: 'SIZE_MISMATCH',
    act: answer(ARTIFACT, '<html>Please log in</html>'),
  },
  { what: '404 page in place of the bundle', code: 'FETCH_REFUSED', act: answer(BUNDLE, 'Not Found', 404) },
  {
    what: 'signature by a key that is not pinned',
    code: 'SIGNER_NOT_ALLOWED',
    act: async ({ registry, marked }) =>
      registry.publish(await aRelease(mallory, { plugin: 'tool', platforms: { linux_amd64: marked } })),
  },
  {
    what: 'bundle of another plugin',
    isAlike: true,
    code: 'STATEMENT_MISMATCH',
    act: async ({ registry, honest }) => {
      const { bundle, bundleDigest } = await aRelease(publisher, { plugin: 'other' })
      registry.publish({ ...honest, bundle, bundleDigest })
    },
  },
  {
    what: 'bundle of another version',
    code: 'STATEMENT_MISMATCH',
    started: true,
    act: async ({ registry, honest }) => {
      const { bundle, bundleDigest } = await aRelease(publisher, { plugin: 'tool', version: '0.9.0' })
      registry.publish({ ...honest, bundle, bundleDigest })
    },
  },
  {
    what: 'statement whose subject differs from its platforms',
    code: 'STATEMENT_MISMATCH',
    act: async ({ registry, honest }) => {
      const statement = renderReleaseStatement(honest.predicate)
      const subject = statement.subject.map(({ name }) => ({ name, digest: { sha256: '0'.repeat(64) } }))
      const bundle = await signStatement({ ...statement, subject }, publisher)
      registry.publish({ ...honest, bundle, bundleDigest: digestOf(bundle) })
    },
  },
  {
    what: 'the bytes of another platform under a good signature',
    code: 'PLATFORM_MISMATCH',
    act: async ({ registry }) =>
      registry.publish(await aRelease(publisher, { plugin: 'tool', platforms: { linux_amd64: elf(183) } })),
  },
  {
    what: 'archive with a path upwards',
    code: 'ARCHIVE_ENTRY_UNSAFE',
    act: archive([run, { path: '../../escaped', content: 'x' }]),
  },
  {
    what: 'archive with an absolute path',
    isAlike: true,
    code: 'ARCHIVE_ENTRY_UNSAFE',
    act: archive([run, { path: '/tmp/octo-escaped', content: 'x' }]),
  },
  {
    what: 'archive with a symbolic link',
    code: 'ARCHIVE_ENTRY_UNSAFE',
    act: archive([run, { path: 'link', type: 'SymbolicLink', linkpath: '/etc/passwd' }]),
  },
  {
    what: 'archive with a hard link',
    isAlike: true,
    code: 'ARCHIVE_ENTRY_UNSAFE',
    act: archive([run, { path: 'link', type: 'Link', linkpath: 'run' }]),
  },
  {
    what: 'archive with a device',
    isAlike: true,
    code: 'ARCHIVE_ENTRY_UNSAFE',
    act: archive([run, { path: 'null', type: 'CharacterDevice' }]),
  },
  {
    what: 'archive with the same path twice',
    isAlike: true,
    code: 'ARCHIVE_ENTRY_UNSAFE',
    act: archive([run, { ...run, path: 'RUN' }]),
  },
  {
    what: 'archive whose extended header hides bytes',
    code: 'ARCHIVE_MALFORMED',
    act: archive([paxEntry({ size: '3' }), tarEntry(run)]),
  },
  {
    what: 'archive with something behind its end',
    isAlike: true,
    code: 'ARCHIVE_MALFORMED',
    act: archive([run, END_OF_TAR, { path: 'late', content: 'x' }]),
  },
  {
    what: 'archive that is a bomb',
    code: 'LIMIT_EXCEEDED',
    act: archive([run, { path: 'zeros', content: Buffer.alloc(ARCHIVE_LIMITS.ratioFloorBytes + 1) }]),
  },
  {
    what: 'plugin document with a prototype key',
    code: 'JSON_INVALID',
    act: answer('repos/core/tool.json', '{"__proto__":{"polluted":true}}'),
  },
  {
    what: 'plugin document that is not one',
    code: 'FORMAT_INVALID',
    act: answer('repos/core/tool.json', '{"format":"octo.plugin/v9"}'),
  },
  {
    what: 'plugin document of another plugin',
    code: 'DOCUMENT_MISMATCH',
    act: ({ registry }) =>
      void registry.files.set(
        'repos/core/tool.json',
        Buffer.from(
          registry.files.get('repos/core/tool.json')?.toString().replace('"plugin":"tool"', '"plugin":"fool"') ?? '',
        ),
      ),
  },
]

for (const { what, code, started, act } of ATTACKS.filter(({ isAlike }) => triesEveryCase || !isAlike))
  test(`refuses: ${what}, with ${code}, runs nothing and keeps nothing`, async (t) => {
    const scene = await aScene(t, started ? startedOcto : octoIn)
    await act(scene)
    const refused = await scene.octoRun()
    assert.match(refused.stderr, new RegExp(`\\b${code}\\b`), refused.stderr)
    assert.notEqual(refused.code, 0)
    assert.equal(existsSync(scene.mark), false, 'it ran')
    assert.deepEqual(scene.kept(), [])
    scene.forgetLock()
    scene.registry.misbehave = undefined
    scene.registry.publish(scene.honest)
    const allowed = await scene.octoRun()
    assert.equal(allowed.code, 0, allowed.stderr)
    assert.equal(existsSync(scene.mark), true)
  })

const startedOcto: typeof octoIn = async (place, words) => {
  const { code, stdout, stderr } = await runOcto(words, place)
  return { code: code ?? -1, stdout, stderr }
}

async function aScene(t: TestContext, octo: typeof octoIn) {
  const folder = tempFolder(t)
  const mark = join(folder, 'mark')
  const marked = Buffer.from(`#!/bin/sh\necho ran > '${mark}'\n`)
  const honest = await aRelease(publisher, { plugin: 'tool', platforms: { linux_amd64: marked } })
  const registry = await startStaticRegistry(t, [honest])
  const home = join(folder, 'home')
  mkdirSync(home)
  const repo = `{url: "${registry.url()}", keys: ["${publicKeyLine(publisher.trustKey)}"]}`
  writeFileSync(join(folder, 'octo.yaml'), `operator:\n  repos:\n    core: ${repo}\n`)
  const store = join(folder, 'store')
  return {
    registry,
    marked,
    honest,
    mark,
    // A good signature over a bad archive is locked before its bytes are seen; the honest twin is another release.
    forgetLock: () => rmSync(join(folder, 'octo.lock'), { force: true }),
    octoRun: () =>
      octo({ cwd: folder, env: { OCTO_HOME: store, HOME: home } }, [
        'run',
        'tool',
        '--config',
        join(folder, 'octo.yaml'),
      ]),
    kept: () =>
      ['blobs', 'trees/sha256', 'parts', 'staging'].flatMap((place) =>
        existsSync(join(store, 'v1', place)) ? filesBelow(join(store, 'v1', place)) : [],
      ),
  }
}
