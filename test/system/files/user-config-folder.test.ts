// Where a user’s own words are kept, also for users that have no home.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { userConfigFolder } from '../../../system/files/user-config-folder.ts'

const options = { skip: process.platform === 'win32' ? 'Windows keeps it elsewhere' : false }

test('is below XDG_CONFIG_HOME, or below the home where that is not a whole path', options, () => {
  for (const [env, folder] of [
    [{ XDG_CONFIG_HOME: '/conf', HOME: '/home/me' }, '/conf/octo'],
    [{ XDG_CONFIG_HOME: 'conf', HOME: '/home/me' }, '/home/me/.config/octo'],
    [{ XDG_CONFIG_HOME: '', HOME: '/home/me' }, '/home/me/.config/octo'],
  ] as const)
    assert.equal(userConfigFolder(env), folder)
})
