// Whatever lies in the place of a registry's lock file, or beside it, is told by its name and left as it is.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { link, lstat, mkdir, readFile, readlink, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import pino from 'pino'
import { lockDataDir } from '../../../registry/data-dir/lock.ts'
import { lockPath } from '../../../registry/data-dir/paths.ts'
import { openRegistry } from '../../../registry/open-registry.ts'
import { registrySettings } from '../../../registry/settings.ts'
import { expectCode, expectCodeAsync } from '../../support/assertions/expect-code.ts'
import { tempFolder } from '../../support/machine/temp-folder.ts'

const NOTES = 'notes of the administrator, no database'
const isThere = (path: string) => async () => String((await lstat(path)).mode)

/** What lies in the place of a lock file, or beside it, and is none; gives its content as it must still be afterwards. */
const IN_ITS_PLACE: Readonly<
  Record<string, { says: RegExp; beside?: string; put: (path: string) => Promise<() => Promise<string>> }>
> = {
  'a text': {
    says: /is no lock: something else lies in its place/,
    put: async (path) => {
      await writeFile(path, NOTES)
      return () => readFile(path, 'utf8')
    },
  },
  'a database': {
    says: /is no lock: something else lies in its place/,
    put: async (path) => {
      const database = new DatabaseSync(path)
      database.exec('CREATE TABLE notes (text)')
      database.close()
      return async () => (await readFile(path)).toString('hex')
    },
  },
  'a pipe': {
    says: /is no lock: a pipe, socket or device lies in its place/,
    put: async (path) => {
      execFileSync('mkfifo', ['-m', '0444', path])
      return isThere(path)
    },
  },
  'a link to an empty file': {
    says: /is no lock: a symbolic link lies in its place/,
    put: async (path) => {
      await writeFile(`${path}.elsewhere`, '')
      await symlink(`${path}.elsewhere`, path)
      return () => readlink(path)
    },
  },
  'a link to itself': {
    says: /is no lock: a symbolic link lies in its place/,
    put: async (path) => {
      await symlink(path, path)
      return () => readlink(path)
    },
  },
  'a link to nothing': {
    says: /is no lock: a symbolic link lies in its place/,
    put: async (path) => {
      await symlink(`${path}.elsewhere`, path)
      return async () => `${await readlink(path)} ${existsSync(`${path}.elsewhere`)}`
    },
  },
  ...Object.fromEntries(
    ['-journal', '-wal', '-shm'].map((beside) => [
      `a file with the end \`${beside}\``,
      {
        says: /is none of a registry's files, and nothing may lie beside its lock/,
        beside,
        put: async (path: string) => {
          await writeFile(path, '')
          await writeFile(`${path}${beside}`, NOTES)
          return () => readFile(`${path}${beside}`, 'utf8')
        },
      },
    ]),
  ),
  'a folder': {
    says: /is no lock: a folder lies in its place/,
    put: async (path) => {
      await mkdir(path)
      await writeFile(join(path, 'kept'), 'kept')
      return () => readFile(join(path, 'kept'), 'utf8')
    },
  },
  'a second name of a file elsewhere': {
    says: /is no lock: something else lies in its place/,
    put: async (path) => {
      await writeFile(`${path}.elsewhere`, NOTES)
      await link(`${path}.elsewhere`, path)
      return async () => `${(await stat(path)).nlink} ${await readFile(`${path}.elsewhere`, 'utf8')}`
    },
  },
  'a link to a file elsewhere': {
    says: /is no lock: a symbolic link lies in its place/,
    put: async (path) => {
      await writeFile(`${path}.elsewhere`, NOTES)
      await symlink(`${path}.elsewhere`, path)
      return async () => `${await readlink(path)} ${await readFile(path, 'utf8')}`
    },
  },
}

for (const [what, { says, beside = '', put }] of Object.entries(IN_ITS_PLACE))
  test(`a registry does not start, and removes nothing, when ${what} lies ${beside ? 'beside' : 'in the place of'} its lock file`, async (t) => {
    const dataDir = tempFolder(t)
    const content = await put(lockPath(dataDir))
    const before = await content()
    const config = registrySettings({ dataDir, baseUrl: 'http://second.test' })
    await expectCodeAsync('DATA_DIR_CORRUPT', () => openRegistry({ config, logger: pino({ enabled: false }) }))
    const { message, hint } = expectCode('DATA_DIR_CORRUPT', () => lockDataDir(dataDir, lockPath(dataDir)))
    assert.ok(message.startsWith(`\`serve.lock${beside}\` of the data directory `), message)
    assert.match(message, says)
    assert.equal(await content(), before)
    assert.match(hint ?? '', /^move it away/)
    await rename(`${lockPath(dataDir)}${beside}`, `${lockPath(dataDir)}.away`)
    lockDataDir(dataDir, lockPath(dataDir)).release()
  })
