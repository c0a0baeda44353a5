// Programs that are built here from one commit: with consent, without secrets, within bounds, once, and proven afterwards.
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { hostPlatform } from '../../../client/host-platform.ts'
import { openBuildPlace } from '../../../client/programs/build/build-place.ts'
import { openStore } from '../../../client/store/open-store.ts'
import type { GitSource } from '../../../config/model/program-source.ts'
import { serviceLaunchWords } from '../../../operator/services/program/launch-words.ts'
import type { ErrorCode } from '../../../schemas/error-codes.ts'
import type { Platform } from '../../../schemas/platform.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { aProgramScene, outputOf } from '../../support/client/program-scene.ts'
import { leftovers } from '../../support/client/store-state.ts'
import { aRepository, withoutGit } from '../../support/machine/git-repository.ts'
import { serveFolder } from '../../support/machine/serve-folder.ts'

const options = { skip: process.platform === 'win32' ? 'its programs are scripts of sh' : withoutGit }

const BUILD = '#!/bin/sh\nset -e\nmkdir -p out\nprintf "#!/bin/sh\\necho built of %s\\n" "$(cat words)" >out/web\n'

function aScene(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const repository = aRepository(t, { 'build.sh': BUILD, words: 'one', ...files })
  const source = (more: Partial<GitSource> = {}): GitSource => ({
    ...{
      kind: 'source',
      repo: repository.url,
      ref: repository.first,
      build: [['/bin/sh', 'build.sh']],
      binary: 'out/web',
    },
    ...{ isAllowed: true, timeoutMs: 60_000, ...more },
  })
  return { ...aProgramScene(t, { platform: hostPlatform() }), repository, source }
}

test('a commit is built once, kept by its digest, and needs neither git nor network afterwards', options, async (t) => {
  const { provide, source, repository, base, layout } = aScene(t)
  repository.commit({ words: 'two' })
  const program = await provide(source())
  assert.equal(outputOf(program), 'built of one\n')
  assert.equal(program.origin, `${repository.url}#${repository.first}`)
  assert.deepEqual(leftovers(base.storeRoot), [])
  renameSync(join(repository.folder, '.git'), join(repository.folder, 'gone'))
  rmSync(layout.memos, { recursive: true })
  const again = await provide(source(), { offline: true })
  assert.deepEqual([again.digest, outputOf(again)], [program.digest, 'built of one\n'])
  chmodSync(again.path, 0o755)
  writeFileSync(again.path, '#!/bin/sh\necho evil\n')
  expectCode('STORE_CORRUPT', () => again.recheck())
  await expectCodeAsync('FETCH_FAILED', () => provide(source()))
})

test('other commands, or another file, are another build', options, async (t) => {
  const { provide, source } = aScene(t)
  await provide(source())
  const build = [
    ['/bin/sh', 'build.sh'],
    ['/bin/sh', '-c', 'echo echo more >>out/web'],
  ] as const
  assert.equal(outputOf(await provide(source({ build }))), 'built of one\nmore\n')
  await expectCodeAsync('BUILD_FAILED', () => provide(source({ binary: 'out/api' })))
})

test('without consent nothing is fetched, and what would run is said', options, async (t) => {
  const { provide, source, repository, layout } = aScene(t)
  const { message, hint } = await expectCodeAsync('BUILD_REFUSED', () => provide(source({ isAllowed: false })))
  assert.match(message, new RegExp(`${repository.first}.*/bin/sh build\\.sh`))
  assert.match(hint ?? '', /allowBuild: true/)
  assert.deepEqual(readdirSync(layout.blobs), [])
  // Another config has it built; that one said yes for itself alone.
  assert.equal(outputOf(await provide(source())), 'built of one\n')
  for (const more of [{}, { offline: true }])
    await expectCodeAsync('BUILD_REFUSED', () => provide(source({ isAllowed: false }), more))
})

test('a branch or a tag is refused with the commit that it is now', options, async (t) => {
  const { provide, source, repository } = aScene(t)
  repository.git('tag', 'light')
  repository.git('tag', '--annotate', '--message=x', 'heavy')
  const { first } = repository
  for (const ref of ['main', 'light', 'heavy', 'refs/tags/heavy', 'refs/heads/main']) {
    const { hint } = await expectCodeAsync('SOURCE_UNPINNED', () => provide(source({ ref })))
    assert.match(hint ?? '', new RegExp(`write \`ref: ${first}\``), ref)
  }
  for (const ref of ['none', first.slice(0, 12)]) {
    const { details } = await expectCodeAsync('SOURCE_UNPINNED', () => provide(source({ ref })))
    assert.equal(details.commit, undefined)
  }
})

test('a build sees no variable, home or configuration of whoever starts it', options, async (t) => {
  const say = `{ echo '#!/bin/sh'; env | sort | sed "s/.*/echo '&'/"; } >out`
  const { provide, source, folder } = aScene(t, { 'build.sh': say })
  mkdirSync(join(folder, '.config', 'git'), { recursive: true })
  const env = {
    ...{ HOME: folder, PATH: process.env.PATH ?? '', OCTO_TOKEN: 'secret', AWS_SECRET_ACCESS_KEY: 'secret' },
    ...{ SSH_AUTH_SOCK: '/secret', HTTPS_PROXY: 'http://me:secret@x.example', NO_PROXY: 'x.example' },
  }
  const printed = outputOf(await provide(source({ binary: 'out' }), { env }))
  assert.doesNotMatch(printed, /secret/)
  assert.match(printed, /NO_PROXY=x\.example/)
  assert.doesNotMatch(printed, new RegExp(`HOME=${folder}\n`))
})

test('nothing of a repository runs by being checked out', options, async (t) => {
  const { provide, source, repository, folder } = aScene(t)
  const touch = `touch ${join(folder, 'ran')}`
  const ref = repository.commit({
    '.gitattributes': '* filter=evil diff=evil\n',
    '.gitconfig': `[filter "evil"]\n\tsmudge = ${touch}\n`,
    '.gitmodules': `[submodule "evil"]\n\tpath = evil\n\turl = ext::${touch}\n`,
    'hooks/post-checkout': `#!/bin/sh\n${touch}\n`,
  })
  writeFileSync(
    join(folder, '.gitconfig'),
    `[core]\n\thooksPath = ${repository.folder}/hooks\n[filter "evil"]\n\tsmudge = ${touch}\n`,
  )
  const env = {
    HOME: folder,
    PATH: process.env.PATH ?? '',
    GIT_CONFIG_GLOBAL: join(folder, '.gitconfig'),
    GIT_EXEC_PATH: '/nowhere',
  }
  assert.equal(outputOf(await provide(source({ ref }), { env })), 'built of one\n')
  assert.equal(existsSync(join(folder, 'ran')), false)
})

test('a repository that is only files on a web server is read as well', options, async (t) => {
  const { provide, source, repository } = aScene(t)
  repository.git('update-server-info')
  const host = await serveFolder(t, repository.folder)
  assert.equal(outputOf(await provide(source({ repo: `${host.url}/.git` }))), 'built of one\n')
})

const FAILS: readonly (readonly [what: string, code: ErrorCode, script: string, more?: Partial<GitSource>])[] = [
  ['a command that fails', 'BUILD_FAILED', 'echo why >&2; exit 3'],
  ['a command that does not end', 'BUILD_FAILED', 'sleep 600 & sleep 600', { timeoutMs: 300 }],
  ['a program that is not there', 'BUILD_FAILED', 'true'],
  ['a folder in its place', 'BUILD_FAILED', 'mkdir -p out/web'],
  ['a link out of the checkout', 'BUILD_FAILED', 'mkdir -p out; ln -s /bin/sh out/web'],
  ['a link in a circle', 'BUILD_FAILED', 'mkdir -p out; ln -s web out/web'],
  ['a command that is not there', 'BUILD_FAILED', '', { build: [['octo-has-no-such-program']] }],
  ['a commit that is not there', 'FETCH_FAILED', '', { ref: 'a'.repeat(40) }],
  ['a repository that is not there', 'FETCH_FAILED', '', { repo: 'file:///none/such.git' }],
  ['another machine', 'NO_MATCHING_PLATFORM', '', {}],
]

test('a build is refused with its reason, and nothing of it stays', options, async (t) => {
  const { provide, source, base, layout } = aScene(t)
  for (const [what, code, script, more] of FAILS)
    await t.test(what, async () => {
      const platform = code === 'NO_MATCHING_PLATFORM' ? { platform: 'linux_s390x' as Platform } : {}
      const asked = source({ build: [['/bin/sh', '-c', script]], ...more })
      const error = await expectCodeAsync(code, () => provide(asked, platform))
      if (script.startsWith('echo why')) assert.match(error.message, /ended with exit code 3: why/)
      if (more?.timeoutMs) assert.match(error.message, /did not end within 300 ms/)
      assert.deepEqual(leftovers(base.storeRoot), [])
      assert.deepEqual(readdirSync(layout.made), [])
    })
})

test('a build that fills the disk is ended with all that it started', options, async (t) => {
  const { base } = aProgramScene(t)
  const layout = openStore(base.storeRoot)
  using place = openBuildPlace(layout, { PATH: process.env.PATH ?? '' }, 1024 * 1024)
  const argv = ['-c', 'head -c 4000000 /dev/zero >full; sleep 600']
  const what = { file: '/bin/sh', argv, env: place.shared, cwd: place.folder }
  const kept = { headBytes: 10, tailBytes: 10, lineBytes: 10 }
  await expectCodeAsync('LIMIT_EXCEEDED', () =>
    place.run(what, { timeoutMs: 600_000, words: serviceLaunchWords, kept: { stdout: kept, stderr: kept } }),
  )
})

test('without git that is said, and what to do instead', options, async (t) => {
  const { provide, source, folder } = aScene(t)
  const { hint } = await expectCodeAsync('RUNTIME_MISSING', () =>
    provide(source(), { env: { PATH: folder, HOME: folder } }),
  )
  assert.match(hint ?? '', /install git/)
})
