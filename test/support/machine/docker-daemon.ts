// A real Docker daemon of this test's own, without network and images of others, and an image made of this machine's shell.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { tempFolder } from './temp-folder.ts'
import { until } from './until.ts'

/** Why there can be none; undefined where one can be started. */
export function noDocker(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a Docker daemon needs root on Linux'
  const missing = ['dockerd', 'docker', 'docker-compose'].find(
    (program) => spawnSync(program, ['--version']).status !== 0,
  )
  return missing && `${missing} is not on this machine (Debian: docker.io, docker-compose)`
}

/** `host` is DOCKER_HOST; the image is called `octo-shell`. To be disposed of before the folder of the test is removed. */
export async function startDocker(t: TestContext): Promise<AsyncDisposable & { readonly host: string }> {
  const folder = tempFolder(t)
  const host = `unix://${join(folder, 'd.sock')}`
  const log = join(folder, 'log')
  const child = spawn(
    'dockerd',
    [
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-H', host],
      ...['-p', join(folder, 'd.pid'), '--iptables=false', '--bridge=none'],
    ],
    // What it starts may outlive it for a moment: a file waits for nobody.
    { stdio: ['ignore', 'ignore', openSync(log, 'a')] },
  )
  async function stop() {
    const ids = spawnSync('docker', ['ps', '-aq'], { env, encoding: 'utf8' }).stdout.split('\n').filter(Boolean)
    if (ids.length > 0) spawnSync('docker', ['rm', '-f', ...ids], { env })
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await ended
    // Docker leaves the network of the host mounted, and a folder with a mount in it cannot be removed.
    for (const line of readFileSync('/proc/mounts', 'utf8').split('\n').reverse()) {
      const place = line.split(' ')[1] ?? ''
      if (place.startsWith(`${folder}/`)) spawnSync('umount', ['-l', place])
    }
  }
  const env = { ...process.env, DOCKER_HOST: host }
  await until(() => child.exitCode !== null || spawnSync('docker', ['version'], { env }).status === 0)
  if (child.exitCode !== null) throw new Error(`dockerd ended: ${readFileSync(log, 'utf8').slice(-2000)}`)
  importShell(join(folder, 'image'), env)
  return { host, [Symbol.asyncDispose]: stop }
}

const PROGRAMS = ['/bin/sh', '/bin/bash', '/bin/sleep', '/bin/cat']

function importShell(root: string, env: NodeJS.ProcessEnv): void {
  const libraries = PROGRAMS.flatMap((program) =>
    [...execFileSync('ldd', [program], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path ?? ''),
  )
  for (const path of new Set([...PROGRAMS, ...libraries])) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    if (existsSync(path)) copyFileSync(realpathSync(path), join(root, path))
  }
  const tar = execFileSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 256 * 1024 * 1024 })
  execFileSync('docker', ['import', '-', 'octo-shell'], { env, input: tar, stdio: ['pipe', 'ignore', 'inherit'] })
}

/** Names and states of all containers. */
export function containersOf(host: string): readonly string[] {
  const words = ['ps', '-a', '--filter', 'label=octo.project', '--format', '{{.Label "octo.service"}} {{.State}}']
  const env = { ...process.env, DOCKER_HOST: host }
  return execFileSync('docker', words, { env, encoding: 'utf8' }).split('\n').filter(Boolean).sort()
}
