// A service plugin as a process, as hosts start one: its address is the first line of its standard output.
import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { FROM_SOURCES } from '../machine/from-sources.ts'

const SDK = JSON.stringify(fileURLToPath(new URL('../../../sdk/service/index.ts', import.meta.url)))

type Plugin = ChildProcessByStdio<null, Readable, Readable>
type Ended = { readonly code: number | null; readonly out: string; readonly err: string }

/** `own` is more of the definition, as text of a program. */
export function startPlugin(argv: readonly string[], own = '', env: Readonly<Record<string, string>> = {}): Plugin {
  const program = `import * as sdk from ${SDK}
    void sdk.definePlugin({ name: 'same', version: '1.2.3', summary: 'changes nothing',
      serves: [sdk.blobTransformer({ type: 'Same/v1', transformBlob: ({ location }) => ({ location }) })],
      ${own}
    }).main()`
  const node = [...FROM_SOURCES, '--input-type=module', '-e', program, '--', 'same', ...argv]
  return spawn(process.execPath, node, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
}

export const configOf = (more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ id: 'same', type: 'unix', pluginType: '', idleTimeout: 60e9, ...more })

/** Its first line, once it has come; fails when it ends before. */
export async function announcedBy({ stdout, stderr }: Plugin): Promise<string> {
  let text = ''
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
    if (text.includes('\n')) resolve(text.trimEnd())
  })
  stdout.once('end', () => reject(new Error(`no address: ${text}${stderr.read() ?? ''}`)))
  const line = await promise
  stdout.removeAllListeners('data').removeAllListeners('end')
  return line
}

/** What it wrote from now on, and how it ended. */
export async function endOf(plugin: Plugin): Promise<Ended> {
  const read = async (stream: Readable) => (await Array.fromAsync(stream.setEncoding('utf8'))).join('')
  const [out, err, [code]] = await Promise.all([read(plugin.stdout), read(plugin.stderr), once(plugin, 'close')])
  return { code, out, err }
}

/** One request; gives its status and body. */
export async function askAt(announced: string, path: string, method = 'GET'): Promise<string> {
  const socketPath = announced.replace('http+unix://', '')
  const asked =
    socketPath === announced ? request(`${announced}${path}`, { method }) : request({ socketPath, path, method })
  asked.end()
  const [response] = await once(asked, 'response')
  return `${response.statusCode} ${(await Array.fromAsync(response.setEncoding('utf8'))).join('')}`.trimEnd()
}
