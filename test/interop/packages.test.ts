// octo as people get it who have no checkout: the packages that `npm run package` makes, installed on Debian's base and nothing else,
// with an empty home and over loopback.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { after, test } from 'node:test'
import { WORDS } from '../../terminal/commands.ts'
import { buildImage } from '../support/machine/built-image.ts'
import type { DebianRoot } from '../support/machine/debian-root.ts'
import { aDebianRoot, findDebianBase } from '../support/machine/debian-root.ts'
import { tempFolder } from '../support/machine/temp-folder.ts'
import { blocksOfKind } from '../support/octo/document-blocks.ts'
import { copyAsVersion, RELEASE_AND_UPDATE, unpackInto, writeReleaseProject } from '../support/octo/octo-releases.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = 'docs/INSTALLING.md'
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const base = findDebianBase()
const needsBase = 'missing' in base ? base.missing : false
const isLinux = process.platform === 'linux' && process.arch === 'x64'
const skip = isLinux ? needsBase : 'packages for this machine are tried on Linux and amd64'
const SYSTEMD = spawnSync('systemd-analyze', ['--version']).status === 0
/** It waits for minutes for a registry that does not answer. */
const NPM_MS = 60_000
const commands = (kind: string) => blocksOfKind(PAGE, kind).join('\n')

const packages = mkdtempSync(join(tmpdir(), 'octo-test-packages-'))
after(() => rmSync(packages, { recursive: true, force: true }))
const made = isLinux ? make() : ''

function make(): string {
  const words = [join(ROOT, 'tools/package/main.ts'), '--out', packages]
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', cwd: ROOT })
  assert.equal(status, 0, stderr)
  return stdout
}

const [tarball = '', deb = '', npm = ''] = ['octo-*-linux-amd64.tar.gz', '*.deb', '*.tgz'].map((name) =>
  globSync(join(packages, name)).at(0),
)

/** From an empty home to a plugin that was published, proven and run, and a check that passed. */
const FIRST_USE = `
mkdir -p "$HOME" && cd "$HOME"
octo init my-check --template shell --repo acme
octo keygen --out acme
octo registry repo create acme --key acme.pub --data data
octo registry token create --name me --scope 'acme/*' --data data > acme.token
octo registry serve --data data > serve.log 2>&1 &
until octo registry health 2> health.log; do kill -0 $! || { cat serve.log; exit 1; }; sleep 0.1; done
octo publish my-check --registry http://127.0.0.1:8787 --token-file acme.token --key acme.key
octo add http://127.0.0.1:8787/repos/acme.yaml --key ./acme.pub --yes
cat >> octo.yaml <<'END'
services:
  web:
    preflight:
      - tool: my-check
        args: {path: /etc/passwd}
END
octo check
octo run my-check -- --path=/etc/passwd
octo run my-check -- --path=/etc/passwd
`

async function useFirst(root: DebianRoot): Promise<void> {
  const { code, output } = await root.run(FIRST_USE, { env: { HOME: '/srv/empty' } })
  assert.equal(code, 0, output)
  assert.match(output, /published acme\/my-check 0\.1\.0/)
  assert.match(output, /1 passed in/)
  assert.equal(output.match(/\/etc\/passwd has \d+ bytes/g)?.length, 3, output)
}

/** Types what the page says beside the packages. */
async function install(root: DebianRoot, kind: string, files: readonly string[]): Promise<string> {
  const folder = join(root.folder, 'packages')
  mkdirSync(folder)
  execFileSync('cp', [...files, folder])
  const { code, output } = await root.run(`cd /packages\n${commands(kind)}`, { env: { HOME: '/srv/none' } })
  assert.equal(code, 0, output)
  assert.match(output, new RegExp(`^octo ${version}$`, 'm'))
  return output
}

const baseFolder = 'path' in base ? base.path : ''

test('from the tarball, on a base without libatomic: a registry is served, a plugin published, added and checked', {
  skip,
}, async (t) => {
  const root = aDebianRoot(t, baseFolder)
  assert.deepEqual(globSync(join(root.folder, 'usr/lib/*/libatomic.so*')), [])
  assert.doesNotMatch(made, /does not bring libatomic/, 'patchelf and libatomic1 are needed here')
  await install(root, 'tarball', [tarball, `${tarball}.sha256`])
  await useFirst(root)
})

test('by install.sh and a digest: octo proves a newer octo, takes its place, and goes back', { skip }, async (t) => {
  const root = aDebianRoot(t, baseFolder)
  const newer = version.replace(/\d+$/, (patch: string) => String(Number(patch) + 1))
  const place = join(root.folder, 'srv/release')
  const unpacked = unpackInto(place, tarball)
  writeReleaseProject(join(place, 'first'), unpacked)
  copyAsVersion(unpacked, join(place, 'newer'), { from: version, to: newer })
  writeReleaseProject(join(place, 'second'), join(place, 'newer'))
  mkdirSync(join(root.folder, 'packages'))
  execFileSync('cp', [join(ROOT, 'install.sh'), join(root.folder, 'packages')])
  // The tarball and the plugin are the same bytes, so the digest of one is that of the other.
  const [sha256 = ''] = readFileSync(`${tarball}.sha256`, 'utf8').split(' ')
  const { code, output } = await root.run(RELEASE_AND_UPDATE, {
    env: { HOME: '/srv/empty', SHA256: sha256 },
  })
  assert.equal(code, 0, output)
  const versions = [...output.matchAll(/^octo (\d+\.\d+\.\d+)$/gm)].map(([, said]) => said)
  assert.deepEqual(versions, [version, newer, version], output)
  assert.match(output, new RegExp(`octo ${version} became ${newer}$`, 'm'))
  assert.match(output, new RegExp(`octo ${newer} became ${version}, an older version$`, 'm'))
  assert.equal(output.match(/1 passed in/g)?.length, 3, output)
  for (const [line] of output.matchAll(/^took .*$|^\d+\t\/opt\/octo.*$/gm)) t.diagnostic(line)
})

test('from the .deb: it asks for what it needs, makes its users, keeps changed options, leaves its updates to apt, and the releases', {
  skip,
}, async (t) => {
  const root = aDebianRoot(t, baseFolder)
  // No network: what apt would fetch lies there.
  writeFileSync(join(root.folder, 'etc/apt/apt.conf.d/99test'), 'APT::Get::Assume-Yes "true";\n')
  await install(root, 'deb', [deb])
  await useFirst(root)
  const update = await root.run('octo self update', { env: { HOME: '/srv/none' } })
  assert.equal(update.code, 72, update.output)
  assert.match(update.output, /^error\[INSTALLATION_MANAGED\][\s\S]*apt-get install --only-upgrade octo/)
  const owners = await root.run('cd /var/lib/octo && stat -c "%n %a %U" registry supervisor')
  assert.equal(owners.output, 'registry 711 octo-registry\nsupervisor 700 octo\n')
  await serveAsUnit(root)
  const changed = await root.run(`echo OCTO_REGISTRY_OPTIONS=--port=9 > /etc/default/octo-registry
    dpkg -i /packages/*.deb && cat /etc/default/octo-registry
    dpkg --purge octo && ls -d /usr/bin/octo /usr/lib/octo /etc/default/octo-registry /var/lib/octo/registry/octo.db || true`)
  assert.match(changed.output, /OCTO_REGISTRY_OPTIONS=--port=9/)
  assert.match(changed.output, /^\/var\/lib\/octo\/registry\/octo\.db$/m)
  assert.equal(changed.output.match(/No such file/g)?.length, 3, changed.output)
})

/** With what the unit says, and with as much of its /proc and of its disk as the unit leaves it. */
async function serveAsUnit(root: DebianRoot): Promise<void> {
  const unit = readFileSync(join(root.folder, 'usr/lib/systemd/system/octo-registry.service'), 'utf8')
  const start = /^ExecStart=(.*)$/m.exec(unit)?.[1]?.replace('$OCTO_REGISTRY_OPTIONS', '')
  for (const line of ['ProtectSystem=strict', 'ProcSubset=pid', 'User=octo-registry'])
    assert.ok(unit.includes(`\n${line}\n`))
  const as =
    'setpriv --reuid=octo-registry --regid=octo-registry --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all'
  execFileSync('cp', [join(root.folder, 'srv/empty/acme.pub'), join(root.folder, 'srv/acme.pub')])
  const setUp = await root.run(commands('deb-registry'), { env: { KEY: '/srv/acme.pub' } })
  assert.equal(setUp.code, 0, setUp.output)
  const { code, output } = await root.run(
    `cd /var/lib/octo/registry
    ${as} ${start} &
    until octo registry health 2>/dev/null; do kill -0 $!; sleep 0.1; done
    octo registry health --json`,
    {
      env: { HOME: '/var/lib/octo/registry' },
      proc: 'subset=pid,hidepid=invisible',
      writable: ['/var/lib/octo/registry'],
    },
  )
  assert.equal(code, 0, output)
  assert.match(output, /"status": ?"ready"/)
}

test('systemd finds nothing wrong with the units, and the registry next to nothing exposed', {
  skip: skip || !SYSTEMD ? skip || 'systemd-analyze is not here' : false,
}, (t) => {
  const folder = tempFolder(t)
  execFileSync('dpkg-deb', ['-x', deb, folder])
  const place = (name: string) => join(folder, `usr/lib/systemd/system/${name}.service`)
  const exposed = (name: string) => {
    const { stdout } = spawnSync('systemd-analyze', ['security', '--no-pager', '--offline=true', place(name)], {
      encoding: 'utf8',
    })
    return Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])
  }
  const [registry, supervisor] = [exposed('octo-registry'), exposed('octo-supervisor')]
  assert.ok(registry <= 1.5, `octo-registry: ${registry}`)
  assert.ok(supervisor <= 6, `octo-supervisor: ${supervisor}`)
  t.diagnostic(`exposed: registry ${registry}, supervisor ${supervisor}`)
})

/** Where it was unpacked, and how it is called there. */
function unpack(t: TestContext) {
  const folder = tempFolder(t)
  const home = join(folder, 'home')
  mkdirSync(home)
  execFileSync('tar', ['-xzf', tarball, '-C', folder])
  const place = join(folder, `octo-${version}-linux-amd64`)
  const octo = (words: readonly string[], { file = join(place, 'bin/octo'), env = {} } = {}) =>
    spawnSync(file, words, { encoding: 'utf8', cwd: home, env: { PATH: '/usr/bin:/bin', HOME: home, ...env } })
  return { folder, home, place, octo }
}

test('every word explains itself, every template makes a project, and what needs a checkout says so', {
  skip: !isLinux && skip,
}, (t) => {
  const { home, place, octo } = unpack(t)
  for (const { word } of WORDS) assert.equal(octo([word, '--help']).status, 0, word)
  const templates = [...octo(['init', 'x', '--template', 'none']).stderr.matchAll(/(?<=expected one of .*)`([\w-]+)`/g)]
  assert.ok(templates.length > 5)
  for (const [, template = ''] of templates) {
    const { status, stderr } = octo(['init', `of-${template}`, '--template', template, '--repo', 'acme'])
    assert.equal(status, 0, stderr)
    assert.ok(existsSync(join(home, `of-${template}`, 'plugin.yaml')), template)
  }
  for (const words of [['demo'], ['demo', 'stack']])
    assert.match(octo(words).stderr, /^error\[FILE_NOT_FOUND\]: .*installed without sources/)
  assert.match(octo(['--help'], { env: { OCTO_FROM_SOURCE: '1' } }).stdout, /Usage:/)
  for (const name of ['octo', 'octoctl']) symlinkSync(join(place, 'bin/octo'), join(home, name))
  assert.equal(octo(['--version'], { file: join(home, 'octo') }).stdout, `octo ${version}\n`)
  assert.match(octo(['--help'], { file: join(home, 'octoctl') }).stdout, /octoctl/)
})

test('whoever runs it takes the code that was compiled ahead, and nobody but its owner can write it', {
  skip: !isLinux && skip,
}, (t) => {
  const { folder, place } = unpack(t)
  const home = join(place, 'lib/octo')
  execFileSync('chmod', ['0755', folder])
  const program = `const { compileBundle } = require(${JSON.stringify(join(home, 'bin/bundle.js'))})
    console.log(['octo', 'rest', 'help', 'warm', 'complete'].map((name) => compileBundle(${JSON.stringify(home)} + '/dist/' + name + '.cjs').usesCompiledCode).join())`
  const node = join(home, 'node/bin/node')
  const ids = process.getuid?.() === 0 ? [{ uid: 65_534, gid: 65_534 }, {}] : [{}]
  for (const id of ids) {
    const { stdout, stderr } = spawnSync(node, ['-e', program], { encoding: 'utf8', cwd: '/', ...id })
    assert.equal(stdout, 'true,true,true,true,true\n', stderr)
  }
  const modes = new Set(globSync('**', { cwd: home }).map((path) => statSync(join(home, path)).mode & 0o777))
  assert.deepEqual([...modes].sort(), [0o644, 0o755])
})

test('from npm: it runs on the Node that is there', { skip: !isLinux && skip }, (t) => {
  const folder = tempFolder(t)
  const env = { PATH: process.env.PATH, HOME: folder, npm_config_prefix: folder, npm_config_prefer_offline: 'true' }
  const listed = spawnSync('npm', ['pack', '--dry-run', '--json', npm], { encoding: 'utf8', cwd: folder, env })
  const files = (JSON.parse(listed.stdout)[0]?.files ?? []).map(({ path }: { path: string }) => path)
  for (const path of ['bin/octo.js', 'dist/octo.cjs', 'package.json', 'publisher/templates/shell/dot-gitignore'])
    assert.ok(files.includes(path), path)
  const installing = { encoding: 'utf8', cwd: folder, env, timeout: NPM_MS } as const
  const { status, stderr } = spawnSync('npm', ['install', '--global', npm], installing)
  if (
    status === null ||
    (status !== 0 && /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED|network/.test(stderr))
  ) {
    t.skip('the npm registry cannot be reached')
    return
  }
  assert.equal(status, 0, stderr)
  const octo = (words: readonly string[]) =>
    spawnSync(process.execPath, [join(folder, 'bin/octo'), ...words], { encoding: 'utf8', cwd: folder, env })
  assert.equal(octo(['--version']).stdout, `octo ${version}\n`)
  assert.equal(octo(['init', 'mine', '--template', 'node']).status, 0)
  const created = octo(['registry', 'repo', 'create', 'acme', '--data', 'data', '--private'])
  assert.equal(created.status, 0, created.stderr)
})

test('the image: nobody of the machine, nothing to write but its volume, and a health check that tells', {
  skip,
}, async (t) => {
  mkdirSync(join(packages, 'dist/packages'), { recursive: true })
  execFileSync('cp', [tarball, join(packages, 'dist/packages')])
  const image = await buildImage(t, join(ROOT, 'Containerfile'), {
    ...{ base: baseFolder, context: packages, args: { VERSION: version } },
  })
  assert.deepEqual([image.user, image.volumes], ['65532:65532', ['/var/lib/octo']])
  const as = 'setpriv --reuid=65532 --regid=65532 --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all'
  const [octo, health] = [image.entrypoint.join(' '), image.health.join(' ')]
  const { code, output } = await image.root.run(
    `cd /var/lib/octo
    ! ${as} touch /opt/octo/written
    ! ${as} ${health}
    ${as} ${octo} registry serve --data /var/lib/octo/registry --host 0.0.0.0 --url http://127.0.0.1:8787 &
    until ${as} ${health} 2>/dev/null; do kill -0 $!; sleep 0.1; done
    grep -o '"managedBy":{[^}]*}' /opt/octo/lib/octo/package.json`,
    { env: image.env, writable: image.volumes },
  )
  assert.equal(code, 0, output)
  assert.match(output, /"managedBy":\{"name":"container","update":"podman build/)
})
