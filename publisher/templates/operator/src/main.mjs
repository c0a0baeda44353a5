#!/usr/bin/env node
// An operator, as octo and octoctl call one: `--config FILE --log-level LEVEL WORD [ARGUMENT…]`. The exit code is the answer.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { parseArgs } from 'node:util'

const USAGE = 64
const CONFIG = 78

class Problem extends Error {
  constructor(message, exitCode) {
    super(message)
    this.exitCode = exitCode
  }
}

function readCall() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        'log-level': { type: 'string', default: 'info' },
        'dry-run': { type: 'boolean', default: false },
        follow: { type: 'boolean', short: 'f', default: false },
      },
    })
    const [word = '', ...args] = positionals
    return { word, args, path: values.config, dryRun: values['dry-run'] }
  } catch (error) {
    throw new Problem(error.message, USAGE)
  }
}

/** Services that are on and have a command, by name. */
function readServices(path) {
  if (path === undefined) throw new Problem('say which config with --config FILE', USAGE)
  let config
  try {
    config = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Problem(`config ${path} cannot be read: ${error.message}`, CONFIG)
  }
  const services = Object.entries(config.services ?? {}).filter(([, { enabled }]) => enabled !== false)
  return new Map(services.filter(([, { command }]) => Array.isArray(command) && command.length > 0))
}

function requireService(services, name) {
  const service = services.get(name)
  if (service) return service
  throw new Problem(`no service ${name} with a command, expected one of ${[...services.keys()].join(', ')}`, CONFIG)
}

/** A map, or a list of `NAME=value`. */
function environmentOf({ environment = {} }) {
  const pairs = Array.isArray(environment)
    ? environment.map((text) => [text.split('=')[0], text.slice(text.indexOf('=') + 1)])
    : Object.entries(environment).map(([name, value]) => [name, String(value ?? '')])
  return { ...process.env, ...Object.fromEntries(pairs) }
}

/** The process, and the exit code that it will have. */
function launch([file, ...argv], service) {
  const cwd = process.env.OCTO_PROJECT_DIR || process.cwd()
  const child = spawn(file, argv, { cwd, env: environmentOf(service), stdio: 'inherit' })
  const ended = new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Problem(`${file} cannot be started: ${error.code}`, 127)))
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
  return { child, ended }
}

/** Runs until the first ends, and ends the others then. */
async function runAll(commands) {
  const running = commands.map(([command, service]) => launch(command, service))
  const endAll = (signal) => running.forEach(({ child }) => child.kill(signal))
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT']
  for (const signal of signals) process.on(signal, endAll)
  try {
    return await Promise.race(running.map(({ ended }) => ended))
  } finally {
    endAll('SIGTERM')
    await Promise.allSettled(running.map(({ ended }) => ended))
    for (const signal of signals) process.off(signal, endAll)
  }
}

function list(services) {
  for (const [name, { command }] of services) console.log(`${name}\t${command.join(' ')}`)
  return 0
}

async function act({ word, args, path, dryRun }) {
  const services = readServices(path)
  if (word === 'status' || word === 'show') return list(services)
  if (word === 'exec') {
    const [name, ...command] = args
    const service = requireService(services, name)
    if (command.length === 0) throw new Problem('say which command is to be run', USAGE)
    return runAll([[command, service]])
  }
  if (word !== 'start') throw new Problem(`services run as long as \`start\` does: there is no \`${word}\``, USAGE)
  const names = args.length > 0 ? args : [...services.keys()]
  const wanted = names.map((name) => [name, requireService(services, name)])
  if (wanted.length === 0) throw new Problem('no service has a command', CONFIG)
  if (dryRun) return list(wanted)
  return runAll(wanted.map(([, service]) => [service.command, service]))
}

try {
  process.exitCode = await act(readCall())
} catch (error) {
  if (!(error instanceof Problem)) throw error
  console.error(error.message)
  process.exitCode = error.exitCode
}
