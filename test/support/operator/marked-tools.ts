// Plugins of a shell's words as `octo mcp` offers them, in this process and without a registry.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { PluginOutcome, VerifiedExecutable } from '../../../client/index.ts'
import type { PluginPin } from '../../../config/model/config.ts'
import type { McpMark } from '../../../config/model/read-mcp.ts'
import type { ToolDeps } from '../../../operator/mcp/tools.ts'
import { openTools } from '../../../operator/mcp/tools.ts'
import type { CodedError } from '../../../schemas/errors.ts'
import type { ReleasedManifest } from '../../../schemas/manifest.ts'
import type { Name } from '../../../schemas/name.ts'
import { anExecutable } from '../builders/executables.ts'
import { tempFolder } from '../machine/temp-folder.ts'

export const NEVER = new AbortController().signal

export type MarkedPlugin = {
  /** Of a shell, whose words are its arguments. */
  readonly script?: string
  readonly manifest?: Partial<ReleasedManifest>
  readonly mark?: McpMark
  readonly error?: CodedError
}

/** The config marks all of them, and names one more that it does not mark. */
export function markedTools(
  t: TestContext,
  plugins: Readonly<Record<string, MarkedPlugin>>,
  deps: Partial<ToolDeps> = {},
) {
  const folder = tempFolder(t)
  const warnings: string[] = []
  const asked: string[] = []
  const executables = new Map<string, VerifiedExecutable>()
  for (const [name, { script = 'exit 0', manifest }] of Object.entries(plugins)) {
    const path = join(folder, `${name}.sh`)
    writeFileSync(path, `${script}\n`)
    executables.set(name, anExecutable(`${name}.sh`, { path, ...manifest }))
  }
  const pins = Object.entries(plugins).map(
    ([plugin, { mark = {} }]): PluginPin => ({ plugin: plugin as Name, mcp: mark }),
  )
  const tools = openTools([...pins, { plugin: 'unmarked' as Name }], {
    ...{ env: {}, locate: (executable) => executable, warn: (line) => void warnings.push(line) },
    provide: async (requests) =>
      requests.map(({ plugin }): PluginOutcome => {
        asked.push(plugin)
        const error = plugins[plugin]?.error
        if (error) return { state: 'failed', error }
        return { state: 'done', value: executables.get(plugin) as VerifiedExecutable }
      }),
    ...deps,
  })
  const call = async (name: string, given: Record<string, unknown> = {}, signal = NEVER) => {
    const result = await tools.call(name, given, signal)
    assert.ok(result)
    const { structuredContent: structured, content, isError = false } = result
    return { ...structured, structured, isError, text: content.map(({ text }) => text).join('\n') }
  }
  return { folder, tools, call, warnings, asked }
}
