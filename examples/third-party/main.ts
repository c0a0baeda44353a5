// Makes a plugin of esbuild for four platforms, publishes it beside a running `npm start`, installs it and runs it.
//
//   node_modules/.bin/node examples/third-party/main.ts
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fetchBinaries } from './fetch-binaries.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({
  options: {
    registry: { type: 'string', default: 'http://127.0.0.1:8787' },
    key: { type: 'string', default: '.octo/keys/core.key' },
    'token-file': { type: 'string', default: '.octo/keys/core.token' },
    config: { type: 'string', default: 'examples/config.yaml' },
  },
})

for (const { platform, package: name } of await fetchBinaries()) process.stdout.write(`${platform} from npm ${name}\n`)
const access = ['--registry', values.registry, '--token-file', values['token-file'], '--key', values.key]
const steps = [
  ['publish', 'examples/third-party/esbuild', ...access],
  ['info', 'esbuild', '--config', values.config],
  ['run', '--config', values.config, 'esbuild', '--', '--version'],
]
for (const words of steps) {
  process.exitCode = await octo(words)
  if (process.exitCode !== 0) break
}

async function octo(words: readonly string[]): Promise<number> {
  process.stdout.write(`\n$ ./octo ${words.join(' ')}\n`)
  const child = spawn(process.execPath, ['bin/octo.js', ...words], { cwd: root, stdio: 'inherit' })
  const [code] = await once(child, 'close')
  return code ?? 1
}
