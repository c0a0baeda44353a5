// A proven plugin as a tool of the Model Context Protocol: its argument schema is the schema of the tool, word for word, but for a choice
// among its arguments: models refuse tools with `anyOf` at the top, so that the description says it, and octo asks for it at the call.
import type { VerifiedExecutable } from '../../client/index.ts'
import type { McpMark } from '../../config/model/read-mcp.ts'
import { atLeastOneOf } from '../../schemas/arguments/list.ts'
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

type Arguments = VerifiedExecutable['manifest']['arguments']

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
    description: [
      printable(manifest.description, MAX_DESCRIPTION),
      isCheck ? CHECKS : RUNS,
      ...neededIn(manifest.arguments),
    ].join('\n\n'),
    inputSchema: { ...withoutChoice(manifest.arguments), type: 'object' },
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

function neededIn(schema: Arguments): readonly string[] {
  const names = atLeastOneOf(schema)
  return names.length === 0 ? [] : [`At least one of ${names.map(quote).join(', ')} is needed.`]
}

function withoutChoice(schema: Arguments): Arguments {
  if (schema === undefined || atLeastOneOf(schema).length === 0) return schema
  const { anyOf: _, ...rest } = schema
  return rest
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
