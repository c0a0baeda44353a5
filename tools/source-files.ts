// The project's own source: what git would commit, without what is generated or belongs to somebody's plugin.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceFile } from './finding.ts'

const NOT_OURS = [/^publisher\/templates\//, /^test\/fixtures\//, /^examples\/.*\/vendor\//]

export function sourceFiles(root: string): SourceFile[] {
  return sourcePaths(root)
    .filter((path) => /\.(ts|js)$/.test(path) && !NOT_OURS.some((pattern) => pattern.test(path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** Tracked files and new ones that are not ignored. */
export function sourcePaths(root: string): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))
}
