// Where the program of a service comes from, as configs say it, and who may say it.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stringify } from 'yaml'
import type { ServiceSpec } from '../../../config/model/service-spec.ts'
import { isCoded } from '../../../schemas/errors.ts'
import { expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { readFiles } from '../../support/machine/config-files.ts'

const ELSEWHERE = 'https://x.example/shared.yaml'
const HEX = 'a'.repeat(64)
const COMMIT = 'b'.repeat(40)
const URL_OF_WEB = 'https://x.example/web.tar.gz'
const BINARY = { linux_amd64: { url: URL_OF_WEB, sha256: HEX, binary: 'bin/web' } }
const SOURCE = { repo: 'https://x.example/web.git', ref: COMMIT, build: ['make', 'web'], binary: 'out/web' }
const IMAGE = `ghcr.io/acme/web:1@sha256:${HEX}`

async function spec(t: TestContext, local: object, fetched?: object): Promise<ServiceSpec> {
  const include = fetched === undefined ? {} : { include: [ELSEWHERE] }
  const { services } = await readFiles(
    t,
    { 'octo.yaml': stringify({ ...include, ...local }) },
    { env: { TOKEN: 'secret' }, fetchText: async () => stringify(fetched) },
  )
  const found = services.find(({ name }) => name === 'web')?.spec
  if (isCoded(found)) throw found
  assert.ok(found)
  return found
}

const inAllPlaces = (service: object) => [
  { operator: { services: { web: service } } },
  { services: { web: service } },
  { services: { web: { octocompose: service } } },
]

test('a program from an address or from source is said in each of the three formats', async (t) => {
  for (const local of inAllPlaces({ binary: BINARY, args: ['--port', 80] }))
    assert.deepEqual((await spec(t, local)).program, {
      kind: 'file',
      source: {
        kind: 'binary',
        files: [{ platform: 'linux_amd64', url: URL_OF_WEB, digest: `sha256:${HEX}`, binary: 'bin/web' }],
      },
      words: ['--port', '80'],
    })
  for (const local of inAllPlaces({ source: SOURCE }))
    assert.deepEqual((await spec(t, local)).program, {
      kind: 'file',
      source: {
        ...{ kind: 'source', repo: SOURCE.repo, ref: COMMIT, build: [['make', 'web']], binary: 'out/web' },
        ...{ isAllowed: false, timeoutMs: 900_000 },
      },
    })
})

test('what is left empty is not said', async (t) => {
  const file = { url: URL_OF_WEB, sha256: HEX, binary: null }
  for (const [service, source] of [
    [
      { binary: { linux_amd64: file } },
      { kind: 'binary', files: [{ platform: 'linux_amd64', url: URL_OF_WEB, digest: `sha256:${HEX}` }] },
    ],
    [{ source: { ...SOURCE, repo: 'ssh://git@x.example/web.git' } }, undefined],
  ] as const) {
    const { program } = await spec(t, { operator: { services: { web: service } } })
    if (source) assert.deepEqual(program, { kind: 'file', source })
    else assert.equal(program.kind, 'file')
  }
})

test('the image of a program stands apart from the image of a container', async (t) => {
  const image = { host: 'ghcr.io', path: 'acme/web', tag: '1', digest: `sha256:${HEX}` }
  const source = { kind: 'image', image }
  for (const local of [
    { operator: { services: { web: { image: IMAGE } } } },
    { services: { web: { image: 'other', command: 'of the container', octocompose: { image: IMAGE } } } },
  ])
    assert.deepEqual((await spec(t, local)).program, { kind: 'file', source })
  const named = { services: { web: { octocompose: { image: { name: IMAGE, binary: '/usr/bin/web' } } } } }
  assert.deepEqual((await spec(t, named)).program, { kind: 'file', source: { ...source, binary: 'usr/bin/web' } })
  await expectCodeAsync('CONFIG_INVALID', () => spec(t, { services: { web: { image: IMAGE } } }))
})

const at = (entry: object) => ({ binary: { linux_amd64: { ...BINARY.linux_amd64, ...entry } } })
const from = (more: object) => ({ source: { ...SOURCE, ...more } })

const REFUSED: readonly (readonly [what: string, service: object, message: RegExp])[] = [
  ['an address without a digest', at({ sha256: undefined }), /has no `sha256`/],
  [
    'a digest that the same server gives',
    at({ sha256: undefined, sha256Url: `${URL_OF_WEB}.sha256` }),
    /has no `sha256`/,
  ],
  ['half a digest', at({ sha256: HEX.slice(1) }), /is no digest/],
  ['a digest of another kind', at({ sha256: `sha512:${HEX}` }), /is no digest/],
  ['a slip of a digest', at({ sha256: undefined, sha265: HEX }), /did you mean `sha256`/],
  ['a file of this machine', at({ url: 'file:///bin/sh' }), /is no address/],
  ['an address with a password', at({ url: 'https://me:secret@x.example/web' }), /user or password/],
  ['an address with a password alone', at({ url: 'https://:secret@x.example/web' }), /user or password/],
  ['an address with what may be a password', at({ url: 'https://me:12/secret@x.example/web' }), /user or password/],
  ['a repository of SSH with one', from({ repo: 'ssh://me:12/secret@x.example/web.git' }), /user or password/],
  ['an address with a user', at({ url: 'https://secret@x.example/web' }), /user or password/],
  ['a repository with a user', from({ repo: 'https://secret@x.example/web.git' }), /user or password/],
  ['a repository of SSH with a password', from({ repo: 'ssh://git:secret@x.example/web.git' }), /user or password/],
  ['an address with a variable', at({ url: 'https://x.example/{{.env.TOKEN}}' }), /environment variable/],
  ['a path out of the archive', at({ binary: '../../bin/sh' }), /no path inside/],
  ['an absolute path in the archive', at({ binary: '/bin/sh' }), /no path inside/],
  ['a platform that is none', { binary: { linux: BINARY.linux_amd64 } }, /is no platform/],
  ['any platform', { binary: { any: BINARY.linux_amd64 } }, /`any` is no platform/],
  ['no platform', { binary: {} }, /names no platform/],
  ['a list of platforms', { binary: [BINARY.linux_amd64] }, /map of platforms/],
  ['an image that is none', { image: 'ghcr.io/Acme/web' }, /names no image/],
  ['an image with half a digest', { image: 'ghcr.io/acme/web@sha256:aa' }, /names no image/],
  ['an image with a scheme', { image: `https://ghcr.io/acme/web@sha256:${HEX}` }, /names no image/],
  ['source without a build', from({ build: undefined }), /`build` is missing/],
  ['source without a program', from({ binary: undefined }), /`binary` is missing/],
  ['a build for a shell', from({ build: 'make web && rm -rf /' }), /no list of words/],
  ['a repository of a helper program', from({ repo: 'ext::sh -c evil' }), /is no address/],
  ['a repository that is an option', from({ repo: '--upload-pack=evil' }), /is no address/],
  ['a commit that is an option', from({ ref: '--upload-pack=evil' }), /is no commit/],
  ['a range of commits', from({ ref: 'main..evil' }), /is no commit/],
  ['a commit that is a map', from({ ref: { branch: 'main' } }), /`ref` is no plain value/],
  ['more commands than anybody needs', from({ build: Array(51).fill(['make']) }), /more than 50 commands/],
  ['a path that is the archive itself', at({ binary: '.' }), /no path inside/],
  ['a path that says its own folder', at({ binary: './web' }), /no path inside/],
  ['a program out of the checkout', from({ binary: '../sh' }), /no path inside/],
  ['a list of command lines', from({ build: ['make web', 'make check'] }), /begins with `make web`, which is no name/],
  ['a command line of a shell', from({ build: 'make && make check' }), /is no list of words/],
  ['octoctl’s commands', from({ buildCmds: ['make'] }), /`buildCmds` is for/],
  ['a yes that is none', from({ allowBuild: 'sure' }), /neither `true` nor `false`/],
  ['a slip of a key', from({ allowbuilds: true }), /expected `repo`/],
  ['two sources', { binary: BINARY, source: SOURCE }, /expected one of them/],
  ['a command beside it', { binary: BINARY, command: ['/bin/web'] }, /expected one of them/],
  ['a plugin beside it', { binary: BINARY, plugin: 'web' }, /expected one of them/],
  ['named arguments', { binary: BINARY, args: { port: 80 } }, /no list of words/],
]

for (const [what, service, message] of REFUSED)
  test(`${what} is refused with its place`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => spec(t, { operator: { services: { web: service } } }))
    assert.match(error.message, message)
    assert.match(error.message, /octo\.yaml/)
  })

const REPOS = { operator: { repos: { core: { url: 'https://x.example/repos/core.yaml', trust: 'unsigned' } } } }

for (const [key, value] of Object.entries({ binary: BINARY, image: IMAGE, source: { ...SOURCE, allowBuild: true } })) {
  test(`a document from elsewhere says no \`${key}\` of a service, and none of its values goes into one`, async (t) => {
    const fetched = { services: { web: { octocompose: { [key]: value } } } }
    const { message } = await expectCodeAsync('CONFIG_INVALID', () => spec(t, REPOS, fetched))
    assert.match(message, /from elsewhere may not say what program/)
    const ours = { ...REPOS, services: { web: { octocompose: { command: ['/bin/web'] } } } }
    const { program, leftAside } = await spec(t, ours, fetched)
    assert.deepEqual(program, { kind: 'command', argv: ['/bin/web'] })
    assert.deepEqual(
      leftAside.map((one) => one.key),
      [key],
    )
  })
}

test('no value from elsewhere goes into what is fetched or built', async (t) => {
  const fetched = { configs: { web: { host: 'evil.example', word: 'evil' } } }
  const said = [
    at({ url: 'https://{{.configs.web.host}}/web' }),
    { image: `{{.configs.web.host}}/web@sha256:${HEX}` },
    from({ repo: 'https://{{.configs.web.host}}/web.git' }),
    from({ build: ['{{.configs.web.word}}'] }),
    { ...at({}), args: ['{{.configs.web.word}}'] },
  ]
  for (const service of said)
    await expectCodeAsync('CONFIG_INVALID', () => spec(t, { operator: { services: { web: service } } }, fetched))
})

const offered = (baremetal: object, more: object = {}) => ({
  services: { web: {} },
  repos: { services: { web: { baremetal } } },
  ...more,
})

const OFFERED: readonly (readonly [what: string, baremetal: object, source: object])[] = [
  [
    'a file by platform, with keys of octoctl that mean nothing here',
    { binary: { linux_amd64: { ...BINARY.linux_amd64, sha256Url: `${URL_OF_WEB}.sha256`, path: null } }, source: {} },
    {
      kind: 'binary',
      files: [{ platform: 'linux_amd64', url: URL_OF_WEB, digest: `sha256:${HEX}`, binary: 'bin/web' }],
    },
  ],
  [
    'a source, whose commands are texts with variables before them',
    {
      binary: {},
      source: {
        ...{ repo: SOURCE.repo, ref: COMMIT, binary: 'dist/{{.OS}}/web', path: null, allowBuild: true },
        buildCmds: ['GOOS={{.OS}} CGO_ENABLED=0 make web', 'make  check'],
      },
    },
    {
      ...{
        kind: 'source',
        repo: SOURCE.repo,
        ref: COMMIT,
        binary: 'dist/linux/web',
        isAllowed: true,
        timeoutMs: 900_000,
      },
      build: [
        ['env', 'GOOS=linux', 'CGO_ENABLED=0', 'make', 'web'],
        ['make', 'check'],
      ],
    },
  ],
  [
    'a source that nobody allows to be built, which its start refuses',
    { source: { repo: SOURCE.repo, ref: 'refs/tags/v1', binary: 'web', buildCmds: ['make'] } },
    {
      ...{
        kind: 'source',
        repo: SOURCE.repo,
        ref: 'refs/tags/v1',
        binary: 'web',
        isAllowed: false,
        timeoutMs: 900_000,
      },
      build: [['make']],
    },
  ],
]
for (const [what, baremetal, source] of OFFERED)
  test(`what repos of the config offer is ${what}`, async (t) => {
    assert.deepEqual((await spec(t, offered(baremetal))).program, { kind: 'file', source })
  })

test('what the service says itself counts before, and what is offered for others does not', async (t) => {
  const own = { services: { web: { octocompose: { command: ['/bin/web'] } } } }
  assert.deepEqual((await spec(t, offered({ binary: BINARY }, own))).program, { kind: 'command', argv: ['/bin/web'] })
  const words = { services: { web: { octocompose: { args: ['--port', 80] } } } }
  const { program } = await spec(t, offered({ binary: BINARY }, words))
  assert.deepEqual(program.kind === 'file' && program.words, ['--port', '80'])
  const other = { services: { web: {} }, repos: { services: { api: { baremetal: { binary: BINARY } } } } }
  await expectCodeAsync('CONFIG_INVALID', () => spec(t, other))
})

test('nobody elsewhere offers a program', async (t) => {
  const fetched = { repos: { services: { web: { baremetal: { binary: BINARY } } } } }
  await expectCodeAsync('CONFIG_INVALID', () => spec(t, { services: { web: {} } }, fetched))
})

const entry = (more: object) => ({ binary: { linux_amd64: { ...BINARY.linux_amd64, ...more } } })
const built = (more: object) => ({
  source: { repo: SOURCE.repo, ref: COMMIT, binary: 'web', buildCmds: ['make'], ...more },
})
const UNFIT: readonly (readonly [what: string, baremetal: object, message: RegExp])[] = [
  [
    'no digest',
    entry({ sha256: undefined, sha256Url: `${URL_OF_WEB}.sha256` }),
    /has no `sha256`, so that nothing proves/,
  ],
  ['a folder of another machine', entry({ path: '../' }), /`path` names a folder of another machine/],
  ['a checkout of another machine', built({ path: '../' }), /`path` names a folder of another machine/],
  ['a key that is none', entry({ sha: 'x' }), /`sha` stands in `linux_amd64`/],
  ['a relative address', entry({ url: './web' }), /no address of/],
  ['neither', { other: 1 }, /neither `binary` nor `source`/],
  ['a command line of a shell', built({ buildCmds: ['make && make check'] }), /no plain command/],
  ['variables alone', built({ buildCmds: ['A=b'] }), /no plain command/],
  ['no command', built({ buildCmds: [] }), /no list of commands/],
  ['one text', built({ buildCmds: 'make' }), /no list of commands/],
  ['both forms of commands', built({ build: ['make'] }), /side by side/],
]
for (const [what, baremetal, message] of UNFIT)
  test(`an offer with ${what} is refused`, async (t) => {
    const error = await expectCodeAsync('CONFIG_INVALID', () => spec(t, offered(baremetal)))
    assert.match(error.message, message)
  })
