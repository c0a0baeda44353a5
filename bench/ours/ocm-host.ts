// octo's host of service plugins as a program: asked over standard input as bench/peers/ocm-host.ts says, a JSON line for each
// question, and answering how long that took.
import { createInterface } from 'node:readline'
import { discoverPlugins } from '../../operator/ocm/discovery/discover.ts'
import { openKnowledge } from '../../operator/ocm/discovery/known-files.ts'
import { openPluginHost } from '../../operator/ocm/host.ts'
import type { Asking } from '../peers/ocm-host.ts'

const STORE = process.env.OCTO_HOME ?? ''
const CALL = {
  endpoint: 'listComponents',
  request: { repository: { type: 'DummyRepository/v1', baseUrl: 'http://x' }, last: 'test-component-1' },
  credentials: { type: 'Credentials/v1', properties: { username: 'u', password: 'p' } },
}
const IDLE_MS = 600_000

type Host = ReturnType<typeof openPluginHost>

let warm: Host | undefined
for await (const line of createInterface({ input: process.stdin })) {
  const ms = await answer(JSON.parse(line) as Asking)
  process.stdout.write(`${JSON.stringify({ ms })}\n`)
}
await warm?.[Symbol.asyncDispose]()

async function answer({ do: what, dir, calls = 1, callers = 1 }: Asking): Promise<readonly number[]> {
  if (what === 'scan') return [await timed(() => pluginsIn(dir))]
  if (what === 'cold') {
    await using host = await hostOf(dir)
    return [await timed(() => ask(host))]
  }
  const host = warm ?? (await hostOf(dir))
  if (!warm) await ask(host)
  warm = host
  const each: number[] = []
  const all = await timed(() =>
    Promise.all(
      Array.from({ length: callers }, async () => {
        for (let count = 0; count < calls / callers; count++) each.push(await timed(() => ask(host)))
      }),
    ),
  )
  return what === 'callers' ? [all] : each
}

async function ask(host: Host): Promise<void> {
  const { list } = (await host.call(CALL)) as { list: readonly string[] }
  if (list.length !== 1) throw new Error(`expected one component, found ${list.length}`)
}

async function hostOf(dir: string): Promise<Host> {
  return openPluginHost({ plugins: await pluginsIn(dir), env: process.env, cwd: dir, idleTimeoutMs: IDLE_MS })
}

async function pluginsIn(dir: string) {
  using knowledge = openKnowledge(STORE)
  const directory = { path: dir, isTrusted: true, digests: [] }
  const found = await discoverPlugins([directory], { knowledge, env: process.env, cwd: dir, timeoutMs: 20_000 })
  return found.map((one) => {
    if (one.state === 'refused') throw one.error
    return one.plugin
  })
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await act()
  return performance.now() - startedAt
}
