// What Debian's tools are told, and that units and scripts fit what the package has.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { debianFiles, debianVersion, hasDpkgDeb, writeDeb } from '../../../tools/package/deb.ts'
import type { PackedFile } from '../../../tools/package/packed-file.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const FOLDER = join(import.meta.dirname, '../../../tools/package/debian')
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8')
const skip = hasDpkgDeb() ? false : 'dpkg-deb is not here'

function aDeb(folder: string, name: string): string {
  const files: PackedFile[] = [
    { path: 'usr/bin/octo', text: '#!/bin/sh\n', executable: true },
    { path: 'usr/lib/octo/package.json', text: '{"v":1}\n' },
    ...debianFiles(),
  ]
  const file = join(folder, `${name}.deb`)
  const facts = {
    version: '1.2.3-rc.1',
    architecture: 'amd64',
    description: 'Signed plugins',
    epochSeconds: 1_000_000_000,
  }
  writeDeb(files, { ...facts, file, staging: join(folder, name) })
  return file
}

test('the same files make the same .deb, under any umask', { skip }, (t) => {
  const folder = tempFolder(t)
  const one = readFileSync(aDeb(folder, 'one'))
  const umask = process.umask(0o077)
  t.after(() => process.umask(umask))
  assert.deepEqual(readFileSync(aDeb(folder, 'two')), one)
})

test('it names what Node needs, what belongs to the owner of the machine, and the digests of the rest', {
  skip,
}, (t) => {
  const folder = tempFolder(t)
  const deb = aDeb(folder, 'one')
  const field = (name: string) => execFileSync('dpkg-deb', ['--field', deb, name], { encoding: 'utf8' }).trim()
  assert.deepEqual([field('Package'), field('Version'), field('Architecture')], ['octo', '1.2.3~rc.1', 'amd64'])
  assert.match(field('Depends'), /\blibatomic1\b/)
  assert.match(field('Depends'), /libc6 \(>= 2\.34\)/)
  execFileSync('dpkg-deb', ['--control', deb, join(folder, 'control')])
  const control = (name: string) => readFileSync(join(folder, 'control', name), 'utf8')
  assert.equal(control('conffiles'), '/etc/default/octo-registry\n/etc/default/octo-supervisor\n')
  assert.match(control('md5sums'), /^[0-9a-f]{32} {2}usr\/bin\/octo$/m)
  const listed = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' })
  assert.match(listed, /^-rwxr-xr-x root\/root .* \.\/usr\/bin\/octo$/m)
  assert.match(listed, /^-rw-r--r-- root\/root .* \.\/usr\/lib\/systemd\/system\/octo-registry\.service$/m)
  assert.match(listed, /^drwxr-xr-x root\/root .* \.\/usr\/lib\/octo\/$/m)
})

test('a version before a release is older than it for Debian, too', () => {
  assert.deepEqual(['1.2.3', '1.2.3-rc.1', '2.0.0-a-b.1'].map(debianVersion), ['1.2.3', '1.2.3~rc.1', '2.0.0~a-b.1'])
})

test('scripts are plain shell', { skip: existsSync('/bin/sh') ? false : 'there is no /bin/sh' }, () => {
  for (const name of ['postinst', 'prerm', 'postrm', '../launcher.sh'])
    assert.deepEqual(spawnSync('/bin/sh', ['-n', join(FOLDER, name)], { encoding: 'utf8' }).stderr, '', name)
})

test('units, users and folders name each other', () => {
  for (const [unit, user] of [
    ['octo-registry', 'octo-registry'],
    ['octo-supervisor', 'octo'],
  ] as const) {
    const text = read(`${unit}.service`)
    const settingOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]
    assert.equal(settingOf('User'), user)
    assert.ok(read('sysusers.conf').includes(`\nu ${user} - `), user)
    const state = `/var/lib/${settingOf('StateDirectory')}`
    assert.match(
      read('tmpfiles.conf'),
      new RegExp(`^d ${state} ${settingOf('StateDirectoryMode')} ${user} ${user}$`, 'm'),
    )
    assert.ok(read('postinst').includes(`-o ${user} -g ${user} ${state}\n`), user)
    const options = settingOf('EnvironmentFile')?.replace(/^-/, '') ?? ''
    assert.ok(
      debianFiles().some(({ path }) => `/${path}` === options),
      options,
    )
    const [, variable = ''] = /\$([A-Z_]+)$/m.exec(settingOf('ExecStart') ?? '') ?? []
    assert.match(read(`${unit}.default`), new RegExp(`^${variable}="`, 'm'))
  }
})
