// `octo plugin check`: whether a program keeps to the protocol. Whoever names a file here runs it, and has to name it as in a shell, with
// its folder: what is called by a name alone is proven as for every call, whatever lies in the folder where somebody stands.
import { existsSync } from 'node:fs'
import { basename, resolve, sep } from 'node:path'
import { coded } from '../../../schemas/errors.ts'
import { quote, shellWord } from '../../../schemas/quote.ts'
import { interruptible } from '../../../system/process/interruptible.ts'
import type { Terminal } from '../../../terminal/index.ts'
import { count } from '../../../terminal/index.ts'
import type { Finding } from '../../ocm/conformance.ts'
import { examinePlugin } from '../../ocm/conformance.ts'
import { openPluginFile } from '../../ocm/discovery/open-file.ts'
import { readCapabilities } from '../../ocm/discovery/read-capabilities.ts'
import type { ServicePlugin } from '../../ocm/plugin.ts'
import { isBuiltIn } from '../../ocm/plugin.ts'
import type { PluginOptions } from './open-plugins.ts'
import { findPlugins, pluginCalled } from './open-plugins.ts'

type Place = Parameters<typeof findPlugins>[1]

const START_MS = 10_000
const FORGETFUL = { digest: () => undefined, remember: () => undefined }

export async function checkPluginCommand(words: string, options: PluginOptions, terminal: Terminal): Promise<number> {
  const cwd = process.cwd()
  using interruption = interruptible()
  const { signal } = interruption
  const path = resolve(cwd, words)
  const isFile = words.includes('/') || words.includes(sep)
  if (isFile && !existsSync(path)) throw noFile(path)
  if (isFile) terminal.info(`runs ${quote(path)}, which nothing proves`)
  const plugin = isFile
    ? await pluginAt(path, cwd, signal)
    : await pluginNamed(words, options, { terminal, cwd, env: process.env, signal })
  const findings = await examinePlugin(plugin, {
    env: process.env,
    cwd,
    idleTimeoutMs: 60_000,
    configTypes: [],
    listen: 'unix',
    signal,
    log: ({ level, message }) => terminal.debug(`${level}: ${message}`),
    limits: { startMs: START_MS, killGraceMs: 2000, maxCalls: 8 },
  })
  const failed = findings.filter(({ result }) => result === 'failed')
  if (terminal.json) terminal.result({ json: { ...(isFile ? { path } : { plugin: words }), findings }, text: () => '' })
  else showFindings(findings, terminal)
  return failed.length > 0 ? 1 : 0
}

/** As `octo plugin call` would ask it: proven. */
async function pluginNamed(name: string, options: PluginOptions, place: Place): Promise<ServicePlugin> {
  const found = await findPlugins(options, place, name)
  if (found.plugins.every((one) => one.name !== name) && existsSync(resolve(place.cwd, name))) throw onlyAFile(name)
  const { plugin } = pluginCalled(name, found)
  if (!isBuiltIn(plugin)) return plugin
  throw coded('USAGE', { message: `${quote(name)} is a part of octo, and no program that could be checked` })
}

async function pluginAt(path: string, cwd: string, signal: AbortSignal): Promise<ServicePlugin> {
  const name = basename(path)
  const open = () => openPluginFile({ name, path }, FORGETFUL)
  using program = open()
  const run = { env: process.env, cwd, timeoutMs: START_MS, signal }
  const { capabilities } = await readCapabilities(name, program, run)
  return { name, capabilities, open }
}

function noFile(path: string): Error {
  return coded('FILE_NOT_FOUND', {
    message: `there is no file ${quote(path)}`,
    details: { path },
    hint: 'name the program of a plugin, such as `octo plugin check ./my-plugin`; those of a project lie where its build writes them',
  })
}

function onlyAFile(name: string): Error {
  return coded('PLUGIN_NOT_FOUND', {
    message: `there is no service plugin ${quote(name)}, and a file here is not run by its name alone`,
    details: { plugin: name },
    hint: `\`octo plugin check ${shellWord(`./${name}`)}\` runs the file`,
  })
}

// allow(dead-export): the test shows findings that no one plugin gives together
export function showFindings(findings: readonly Finding[], terminal: Terminal): void {
  terminal.table({
    columns: [{ title: 'result' }, { title: 'check', shrinks: true }, { title: 'detail' }],
    rows: findings.map(({ result, check, detail }) => [result, check, detail ?? '']),
  })
  const of = (wanted: Finding['result']) => findings.filter(({ result }) => result === wanted).length
  terminal.info(
    `${count(findings.length, 'check')}: ${of('passed')} passed, ${of('weak')} weak, ${of('failed')} failed`,
  )
}
