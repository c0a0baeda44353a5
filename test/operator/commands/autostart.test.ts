// Units of systemd for the services of a config: their text, and what is asked of systemd, whose programs are stand-ins here.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { renderUnit, unitWord, wordsOfUnit } from '../../../operator/operators/baremetal/unit.ts'
import { expectCode } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'
import { octoIn } from '../../support/octo/in-process-octo.ts'

const options = { skip: process.platform === 'linux' ? false : 'systemd is on Linux' }

const WORDS: readonly (readonly [text: string, word: string])[] = [
  ['/srv/shop/octo.yaml', '"/srv/shop/octo.yaml"'],
  ['/srv/my shop', '"/srv/my shop"'],
  ['100%h', '"100%%h"'],
  ['$HOME ${HOME}', '"$$HOME $${HOME}"'],
  ['a"b\\c', '"a\\"b\\\\c"'],
  ["it's; & |", '"it\'s; & |"'],
  ['\\', '"\\\\"'],
  ['ü', '"ü"'],
]

test(`a word of a unit is the text that was given, whatever stands in it (${WORDS.length})`, () => {
  for (const [text, word] of WORDS) assert.equal(unitWord(text), word)
  const words = WORDS.map(([text]) => text)
  assert.deepEqual(wordsOfUnit(renderUnit({ project: 'shop', octo: words, flags: [] })).slice(0, -2), words)
  for (const text of ['a\nExecStart=/bin/sh', 'a\rb', '\u0000', '\u007f']) expectCode('USAGE', () => unitWord(text))
  for (const project of ['a\nUser=root', 'b\u0000'])
    expectCode('USAGE', () => renderUnit({ project, octo: ['/bin/octo'], flags: [] }))
})

test('neither octo nor a service gets new privileges, and a unit of the machine keeps kernel and clock from them', () => {
  const linesOf = (user?: string) =>
    renderUnit({ project: 'shop', octo: ['/bin/octo'], flags: [], ...(user === undefined ? {} : { user }) }).split('\n')
  const always = ['NoNewPrivileges=yes', 'LockPersonality=yes', 'RestrictRealtime=yes', 'RestrictSUIDSGID=yes']
  const machine = ['Clock', 'Hostname', 'KernelLogs', 'KernelModules', 'KernelTunables'].map(
    (what) => `Protect${what}=yes`,
  )
  for (const line of always) assert.ok(linesOf().includes(line) && linesOf('shop').includes(line), line)
  for (const line of machine)
    assert.deepEqual([linesOf().includes(line), linesOf('shop').includes(line)], [false, true], line)
})

test('systemd itself takes the units, of users and of the machine', options, (t) => {
  const program = process.env.SYSTEMD_ANALYZE ?? 'systemd-analyze'
  if (spawnSync(program, ['--version']).status !== 0) return t.skip('no systemd-analyze; SYSTEMD_ANALYZE names one')
  const folder = tempFolder(t)
  const config = join(folder, 'my "sh$p" 100%', 'octo.yaml')
  for (const user of [undefined, 'shop']) {
    const path = join(folder, 'octo-shop.service')
    const flags = ['--config', config, '--operator', 'baremetal']
    const given = { project: 'my shop 100%', octo: [process.execPath, '/a b'], flags }
    writeFileSync(path, renderUnit({ ...given, ...(user === undefined ? {} : { user }) }))
    const env = { PATH: process.env.PATH ?? '', HOME: folder, XDG_RUNTIME_DIR: folder }
    const words = [...(user ? [] : ['--user']), 'verify', path]
    const { status, stderr } = spawnSync(program, words, { encoding: 'utf8', env })
    const own = stderr.split('\n').filter((line) => line.includes('octo-shop.service'))
    assert.deepEqual([own, status], [[], 0], stderr)
  }
})

/** Each program notes how it was called, and ends as the scene says. */
function aMachine(
  t: TestContext,
  { failing = [] as readonly string[], says = '', complaint = '', more = {}, version = 252 } = {},
) {
  const folder = tempFolder(t)
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const name of ['systemctl', 'loginctl', 'systemd-analyze']) {
    const end = failing.includes(name) ? `echo '${complaint}' >&2; exit 1` : name === 'systemd-analyze' ? says : ':'
    const asked = `[ "$1" != --version ] || { echo 'systemd ${version} (${version}.1)'; exit 0; }`
    writeFileSync(join(bin, name), `#!/bin/sh\n${asked}\necho "${name} $*" >>'${folder}/calls'\n${end}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  mkdirSync(join(folder, 'shop'))
  writeFileSync(join(folder, 'shop', 'octo.yaml'), 'services: {web: {command: [sleep, "600"]}}\n')
  const env = { HOME: folder, PATH: `${bin}:/usr/bin:/bin`, TMPDIR: folder, ...more }
  const octo = (...words: readonly string[]) => octoIn({ cwd: join(folder, 'shop'), env }, ['autostart', ...words])
  const units = join(folder, '.config', 'systemd', 'user')
  return {
    ...{ folder, octo, units },
    calls: () =>
      existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') : [],
    unit: () => readFileSync(join(units, readdirSync(units)[0] ?? ''), 'utf8'),
  }
}

test('a user’s unit is written, checked and enabled, and taken away again', options, async (t) => {
  const { octo, units, calls, unit, folder } = aMachine(t)
  const enabled = await octo('enable', '--frozen', '--lock', 'other.lock')
  assert.equal(enabled.code, 0, enabled.stderr)
  const [name = ''] = readdirSync(units)
  assert.match(name, /^octo-shop-[0-9a-f]+\.service$/)
  assert.deepEqual(calls(), [
    `systemd-analyze --user verify ${join(units, name)}`,
    'systemctl --user daemon-reload',
    `systemctl --user enable ${name}`,
    'loginctl enable-linger',
  ])
  const config = join(folder, 'shop', 'octo.yaml')
  const flags = `"--config" "${config}" "--lock" "${join(folder, 'shop', 'other.lock')}" "--frozen" "--operator" "baremetal"`
  assert.ok(unit().includes(` "start" "--foreground" ${flags}\n`), unit())
  assert.ok(unit().includes(` "apply" "--yes" ${flags}\n`))
  assert.match(unit(), /^WantedBy=default\.target$/m)
  assert.doesNotMatch(unit(), /^User=/m)
  assert.equal((await octo('enable')).code, 0, 'again is no mistake')
  assert.equal((await octo('disable')).code, 0)
  assert.deepEqual(readdirSync(units), [])
  assert.deepEqual(calls().slice(-2), [`systemctl --user disable ${name}`, 'systemctl --user daemon-reload'])
  const again = await octo('disable')
  assert.deepEqual([again.code, /it was not enabled/.test(again.stderr)], [0, true])
})

test('whether the services start by themselves is said, with the words of systemd', options, async (t) => {
  const { octo, units, calls, unit, folder } = aMachine(t)
  const none = await octo('status')
  assert.deepEqual([none.code, calls()], [1, []], 'without a unit nobody is asked')
  assert.match(none.stderr, /`octo autostart enable` starts them with you/)
  await octo('enable')
  const [name = ''] = readdirSync(units)
  writeFileSync(
    join(folder, 'bin', 'systemctl'),
    '#!/bin/sh\ncase "$2" in is-enabled) echo enabled;; is-active) echo failed; exit 3;; esac\n',
  )
  const { code, stdout, stderr } = await octo('status')
  assert.deepEqual(
    [code, stdout.split('\n')[1]?.split(/ {2,}/)],
    [0, [name, 'user', 'enabled', 'failed', join(units, name)]],
  )
  assert.match(stderr, new RegExp(`\`journalctl --user --unit ${name}\` shows why`))
  const { units: asData } = JSON.parse((await octo('status', '--json')).stdout)
  assert.deepEqual(asData, [
    { unit: name, path: join(units, name), whose: 'user', enabled: 'enabled', active: 'failed', missing: [] },
  ])
  writeFileSync(join(units, name), unit().replace(/^ExecStart="[^"]*"/m, 'ExecStart="/none/octo"'))
  const gone = await octo('status')
  assert.equal(gone.code, 1, 'what is enabled and starts nothing does not start the services')
  assert.match(gone.stderr, /`\/none\/octo`, which is not there any more: `octo autostart enable`/)
  writeFileSync(join(folder, 'bin', 'systemctl'), '#!/bin/sh\necho disabled; exit 1\n')
  assert.equal((await octo('status')).code, 1, 'a unit that nobody enabled starts nothing')
})

test('a user’s unit finds what the user said where the user’s shell does', options, async (t) => {
  const more = { XDG_CONFIG_HOME: '/home/me/100% $conf "x"', XDG_STATE_HOME: '/state', XDG_CACHE_HOME: 'relative' }
  const { octo } = aMachine(t, { more })
  const { stdout } = await octo('enable', '--print')
  const said = stdout.split('\n').filter((line) => line.startsWith('Environment='))
  assert.deepEqual(said, [
    'Environment="XDG_CONFIG_HOME=/home/me/100%% $conf \\"x\\""',
    'Environment="XDG_STATE_HOME=/state"',
  ])
  assert.doesNotMatch((await octo('enable', '--print', '--system', '--user', 'shop')).stdout, /Environment=/)
})

test('the unit is shown and nothing is done, and one of the machine says whose it is', options, async (t) => {
  const { octo, units, calls } = aMachine(t)
  const shown = await octo('enable', '--print', '--system', '--user', 'shop')
  assert.match(shown.stdout, /^User=shop$/m)
  assert.match(shown.stdout, /^WantedBy=multi-user\.target$/m)
  assert.deepEqual([calls(), existsSync(units)], [[], false])
  for (const words of [[], ['--user', 'a b'], ['--user', 'a\nExecStart=/bin/sh']])
    assert.equal((await octo('enable', '--print', '--system', ...words)).code, 64)
})

test(
  'a systemd that can start octo beside its services gives it their cgroups, and no older one does',
  options,
  async (t) => {
    for (const [version, lines] of [
      [253, []],
      [254, ['Delegate=yes', 'DelegateSubgroup=octo.supervisor']],
      [257, ['Delegate=yes', 'DelegateSubgroup=octo.supervisor']],
    ] as const) {
      const { stdout } = await aMachine(t, { version }).octo('enable', '--print')
      assert.deepEqual(
        stdout.split('\n').filter((line) => line.startsWith('Delegate')),
        lines,
        String(version),
      )
    }
  },
)

test('what is not octo’s is left as it is, and what systemd does not take is not left behind', options, async (t) => {
  const { octo, units, unit } = aMachine(t, { says: 'echo "$3:7: Unknown key name" >&2' })
  const refused = await octo('enable')
  assert.match(refused.stderr, /error\[SYSTEMD_FAILED\]: systemd does not take the unit: .*:7: Unknown key name/)
  assert.deepEqual(readdirSync(units), [])
  const other = aMachine(t)
  assert.equal((await other.octo('enable')).code, 0)
  const path = join(other.units, readdirSync(other.units)[0] ?? '')
  writeFileSync(path, '[Unit]\n')
  for (const word of ['enable', 'disable']) assert.match((await other.octo(word)).stderr, /ALREADY_EXISTS/)
  assert.equal(other.unit(), '[Unit]\n')
  assert.ok(unit)
})

test('a unit that was enabled stays where systemd does not take the next one', options, async (t) => {
  const { octo, unit, folder } = aMachine(t, {
    says: '[ ! -e "$(dirname "$0")/../bad" ] || echo "$3:7: Unknown key name" >&2',
  })
  assert.equal((await octo('enable')).code, 0)
  const before = unit()
  writeFileSync(join(folder, 'bad'), '')
  assert.match((await octo('enable', '--frozen')).stderr, /systemd does not take the unit/)
  assert.equal(unit(), before)
})

test('where systemd refuses it is said in its words, and without it what there is instead', options, async (t) => {
  const refusing = await aMachine(t, { failing: ['systemctl'] }).octo('enable')
  assert.match(refusing.stderr, /error\[SYSTEMD_FAILED\]: `systemctl --user daemon-reload` failed/)
  assert.match(refusing.stderr, /hint: run it yourself to see more/)
  const complaint = 'Failed to connect to user scope bus via local transport: No medium found'
  const switched = aMachine(t, { failing: ['systemctl'], complaint })
  const { stderr } = await switched.octo('enable')
  assert.match(stderr, /hint: log in as this user, .*`sudo octo autostart enable --system --user NAME`/)
  assert.deepEqual(readdirSync(switched.units), [], 'no unit is left that nobody enabled')
  const alone = await aMachine(t, { failing: ['loginctl'] }).octo('enable')
  assert.equal(alone.code, 0)
  assert.match(alone.stderr, /warning: the services start at your login/)
  const { folder } = aMachine(t)
  const env = { HOME: folder, PATH: join(folder, 'none'), TMPDIR: folder }
  const none = await octoIn({ cwd: join(folder, 'shop'), env }, ['autostart', 'enable'])
  assert.match(none.stderr, /`systemctl` is not there: this machine is not run by systemd/)
  const config = await octoIn({ cwd: folder, env }, ['autostart', 'enable', '--print'])
  assert.match(config.stderr, /CONFIG_NOT_FOUND/)
})

const asRoot = { skip: options.skip || (process.getuid?.() === 0 ? false : 'only root writes units of the machine') }

test('a unit of the machine runs nothing that others than root and its user can change', asRoot, async (t) => {
  const { octo, calls, folder } = aMachine(t)
  const enable = (...words: readonly string[]) => octo('enable', '--system', ...words)
  const shop = join(folder, 'shop')
  const config = join(shop, 'octo.yaml')
  const unknown = await enable('--user', 'no-such-user-here')
  assert.deepEqual([unknown.code, /knows no user `no-such-user-here`/.test(unknown.stderr)], [64, true])
  type Row = readonly [place: string, wrong: () => void, right: () => void]
  const lock = join(shop, 'octo.lock')
  writeFileSync(lock, '')
  const base = join(shop, 'base.yaml')
  writeFileSync(base, 'include: [inner.yaml]\n')
  const inner = join(shop, 'inner.yaml')
  writeFileSync(inner, '')
  writeFileSync(config, `include: [base.yaml]\n${readFileSync(config, 'utf8')}`)
  const rows: readonly Row[] = [
    [config, () => chmodSync(config, 0o666), () => chmodSync(config, 0o644)],
    [shop, () => chmodSync(shop, 0o777), () => chmodSync(shop, 0o755)],
    [shop, () => chownSync(shop, 54_321, 0), () => chownSync(shop, 0, 0)],
    [config, () => chownSync(config, 54_321, 0), () => chownSync(config, 0, 0)],
    [lock, () => chmodSync(lock, 0o622), () => chmodSync(lock, 0o644)],
    [base, () => chmodSync(base, 0o666), () => chmodSync(base, 0o644)],
    [inner, () => chmodSync(inner, 0o666), () => chmodSync(inner, 0o644)],
  ]
  for (const [place, wrong, right] of rows) {
    wrong()
    const { code, stderr } = await enable('--user', 'nobody')
    right()
    assert.equal(code, 77, stderr)
    assert.ok(stderr.includes(`UNIT_UNSAFE]: \`${place}\``), stderr)
    assert.match(stderr, /hint: (?:run `sudo chmod go-w|give it to root or to `nobody`: `sudo chown nobody )/)
  }
  assert.deepEqual(calls(), [], 'nothing was written or enabled')
})
