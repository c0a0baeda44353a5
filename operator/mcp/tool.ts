// A proven plugin as a tool of the Model Context Protocol: its argument schema is the schema of the tool, word for word.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { McpMark } from '../../config/model/read-mcp.ts'
import { CHECK_STATUSES } from '../../schemas/check-result.ts'
import { coded } from '../../schemas/errors.ts'
import type { CheckContract } from '../../schemas/manifest.ts'
import { printable, quote } from '../../schemas/quote.ts'
import { requireContract } from '../exec/contract.ts'

type Schema = { readonly type: 'object'; readonly [key: string]: unknown }

export type Tool = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: Schema
  readonly outputSchema: Schema
  /** Hints for people and programs; nothing is guarded by them. */
  readonly annotations: {
    readonly title: string
    readonly readOnlyHint: boolean
    readonly destructiveHint: boolean
    readonly idempotentHint: boolean
    readonly openWorldHint: boolean
  }
}

const MAX_DESCRIPTION = 1000

/** How its result is read; throws CONTRACT_MISMATCH for what is no program that is run once and ends. */
export function requireTool(executable: Pick<VerifiedExecutable, 'plugin' | 'manifest'>): CheckContract {
  const { plugin, manifest } = executable
  if (manifest.kind === 'tool' && manifest.protocol === 'exec') return requireContract(executable, 'check')
  const found = manifest.protocol === 'exec' ? `of kind ${quote(manifest.kind)}` : 'a service plugin'
  throw coded('CONTRACT_MISMATCH', {
    message: `plugin ${quote(plugin)} is ${found}, expected one of kind \`tool\` that is run once and ends`,
    details: { plugin, expected: 'tool', found: manifest.kind },
    hint: `take \`mcp\` away from its pin; \`octo info ${plugin}\` says what it is for`,
  })
}

export function toolOf(executable: VerifiedExecutable, { destructive }: McpMark): Tool {
  const { plugin, repo, version, manifest } = executable
  const isCheck = manifest.output !== 'exit-code'
  const title = `${repo}/${plugin} ${version}`
  return {
    name: plugin,
    title,
    description: `${printable(manifest.description, MAX_DESCRIPTION)}\n\n${isCheck ? CHECKS : RUNS}`,
    inputSchema: { ...manifest.arguments, type: 'object' },
    outputSchema: OUTPUT_SCHEMA,
    annotations: {
      title,
      readOnlyHint: isCheck,
      destructiveHint: destructive ?? !isCheck,
      idempotentHint: isCheck,
      openWorldHint: manifest.needs.network.length > 0,
    },
  }
}

const CHECKS = 'A check: ok and warn pass, critical does not, and unknown says that nothing was found out.'
const RUNS = 'A program: ok when it ended with 0, and what it printed is its output.'

const text = (description: string) => ({ type: 'string', description })

/** What tool-result.ts makes. */
const OUTPUT_SCHEMA: Schema = {
  type: 'object',
  properties: {
    status: { enum: CHECK_STATUSES, description: 'ok and warn pass' },
    summary: text('one sentence'),
    plugin: text('repo/plugin'),
    version: text('of the plugin'),
    exitCode: { type: 'integer', description: "the plugin's own" },
    hostCode: { type: 'integer', description: 'of octo, when the plugin did not end by itself' },
    durationMs: { type: 'number' },
    output: text('what it printed, without what is meant for a terminal'),
    details: { type: 'object', description: 'as the plugin gives them' },
    metrics: {
      type: 'array',
      description: 'performance data',
      items: {
        type: 'object',
        properties: { name: { type: 'string' }, value: { type: 'number' }, unit: { type: 'string' } },
        required: ['name', 'value'],
      },
    },
    log: {
      type: 'array',
      description: 'the last lines that it wrote for people',
      items: {
        type: 'object',
        properties: { level: { type: 'string' }, message: { type: 'string' } },
        required: ['level', 'message'],
      },
    },
    error: {
      type: 'object',
      description: 'why it was not run, with the code of octo',
      properties: { code: { type: 'string' }, message: { type: 'string' }, hint: { type: 'string' } },
      required: ['code', 'message'],
    },
  },
  required: ['status', 'summary', 'plugin'],
}
