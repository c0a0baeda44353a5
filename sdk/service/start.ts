// How a host starts a plugin: the words of the command line, and the JSON document behind `--config`.
import { readFileSync } from 'node:fs'
import type { PluginConfig } from '../../schemas/contract/ocm/plugin-config.ts'
import { parseConfigFile, parsePluginConfig } from '../../schemas/contract/ocm/plugin-config.ts'

type Asked =
  | { readonly word: 'capabilities' | 'help' | 'version' }
  | { readonly word: 'start'; readonly config: string }

/** The command line or its config cannot be understood; `exitCode` is that of plugins in Go. */
export class StartProblem extends Error {
  override readonly name = 'StartProblem'
  readonly exitCode: number

  constructor(message: string, exitCode = REFUSED) {
    super(message)
    this.exitCode = exitCode
  }
}

const REFUSED = 1
const USAGE = 2

/** `capabilities`, or `--config JSON` in the forms that Go's flags have. */
export function readArguments(argv: readonly string[]): Asked {
  const [first = '', ...rest] = argv
  if (first === 'capabilities') return { word: 'capabilities' }
  if (first === '--version') return { word: 'version' }
  if (['--help', '-help', '-h'].includes(first)) return { word: 'help' }
  const [, key = '', value] = /^--?([^=-][^=]*)(?:=(.*))?$/s.exec(first) ?? []
  if (key !== '' && key !== 'config') throw new StartProblem(`flag provided but not defined: -${key}`, USAGE)
  if (key === 'config' && value === undefined && rest.length === 0)
    throw new StartProblem('flag needs an argument: -config', USAGE)
  const config = key === 'config' ? (value ?? rest[0] ?? '') : ''
  if (config === '') throw new StartProblem('missing required flag --config')
  return { word: 'start', config }
}

/** With what is in its file of configurations. Throws a StartProblem that repeats no value. */
export function readStartConfig(text: string): PluginConfig {
  try {
    const { configFile, ...config } = parsePluginConfig(text)
    if (configFile === undefined) return config
    return { ...config, configTypes: [...config.configTypes, ...parseConfigFile(readFileSync(configFile, 'utf8'))] }
  } catch (cause) {
    throw new StartProblem(cause instanceof Error ? cause.message : 'the config cannot be read')
  }
}
