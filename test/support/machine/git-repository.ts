// A repository of the real git, in a folder, without anything of the user's configuration.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { tempFolder } from './temp-folder.ts'

/** For `skip`. */
export const withoutGit = spawnSync('git', ['--version']).status === 0 ? false : 'git is not on this machine'

export function aRepository(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = tempFolder(t)
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
    ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@x', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@x' },
  }
  const git = (...words: readonly string[]) => execFileSync('git', words, { cwd: folder, env, encoding: 'utf8' }).trim()
  git('init', '--quiet', '--initial-branch=main')

  function commit(more: Readonly<Record<string, string>>): string {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    git('add', '--all')
    git('commit', '--quiet', '--message=x')
    return git('rev-parse', 'HEAD')
  }

  return { folder, git, commit, first: commit(files), url: pathToFileURL(join(folder, '.git')).href }
}
