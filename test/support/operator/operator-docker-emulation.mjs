#!/usr/bin/env node
// What octoctl's own operator-docker 0.0.8 does with a config, where the real one is not at hand: it keeps the services that a
// repo has an image for, writes a Compose file into its cache, and calls `docker compose`.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [, path, , , word, ...args] = process.argv.slice(2)
const { name, configs: _configs, octoctl: _octoctl, repos, services, ...rest } = JSON.parse(readFileSync(path, 'utf8'))
if (typeof name !== 'string') throw new Error('panic: interface conversion: interface {} is not string')

const kept = Object.entries(services).flatMap(([service, { octocompose: _own, enabled, ...keys }]) => {
  const docker = repos.services[service]?.docker
  if (enabled === false || !docker) return []
  const { registry, image, tag, command, entrypoint } = docker
  return [[service, { ...keys, image: `${registry}/${image}:${tag}`, command, entrypoint }]]
})
const cache = join(process.env.XDG_CACHE_HOME ?? join(process.env.HOME, '.cache'), 'octocompose', name)
const file = join(cache, 'compose.yaml')
mkdirSync(cache, { recursive: true, mode: 0o700 })
writeFileSync(file, JSON.stringify({ ...rest, name, services: Object.fromEntries(kept) }), { mode: 0o600 })

const behind = args[0] === '--' ? args.slice(1) : args
const words = {
  start: ['up', '-d', ...args],
  stop: ['down', ...args],
  restart: ['restart', ...args],
  status: ['ps', '-a'],
  show: ['config'],
  logs: ['logs', ...args],
  exec: ['exec', ...args],
  compose: behind,
}
const { status } = spawnSync('docker', ['compose', '-f', file, ...words[word]], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
process.exitCode = status ?? 255
