// What octo does while V8 watches: `prepare` makes and installs a plugin in an empty folder, for which octo asks for its rest;
// `check` checks with it and runs it.
import { createReadStream, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { compileBundle, compiledCodePath } from '../../bin/bundle.js'
import { replaceFile } from '../../system/files/atomic-file.ts'

const PLUGIN = `name: passes
version: 1.0.0
kind: tool
description: Passes
protocol: exec
output: check/v1
platforms:
  any: {file: run.mjs, runtime: {name: node}}
`

const [file = '', step, output = ''] = process.argv.slice(2)
const bundle = compileBundle(file)
const { runOcto } = bundle.run()

try {
  await (step === 'prepare' ? prepare() : check())
} catch (error) {
  // What nobody catches is octo's own to tell, and it has told its last.
  process.stderr.write(`${error}\n`)
  process.exitCode = 1
}
// allow(exit): as the launcher does, once octo has its answer
process.exit()

async function check(): Promise<void> {
  await octo('install', '--frozen')
  await octo('check', '--frozen')
  await octo('start', '--frozen', '--dry-run')
  await octo('status')
  // Whose record the start of a plugin that ran before is trained with.
  await octo('run', 'passes')
  await replaceFile(output, bundle.compiledCode(), { mode: 0o644 })
}

async function prepare(): Promise<void> {
  writeFileSync('plugin.yaml', PLUGIN)
  writeFileSync('run.mjs', `console.log('OK - passes')\n`)
  const server = await serveTree()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await octo('keygen')
  await octo('build')
  await octo('sign', '--repo', 'core', '--key', 'octo.key')
  await octo('repo', 'build', '--out', 'site', '--url', url, '--public-key', 'octo.pub', 'dist')
  writeFileSync('octo.yaml', configuration(url))
  await octo('install')
  for (const rest of bundle.further())
    await replaceFile(compiledCodePath(rest.file), rest.compiledCode(), { mode: 0o644 })
}

function configuration(url: string): string {
  return `operator:
  repos: {core: {url: "${url}/repos/core.yaml", keys: [{file: octo.pub}]}}
  services: {example: {command: [/bin/true], health: [{tool: passes}]}}
`
}

/** The tree that `octo repo build` wrote, on this machine alone. */
function serveTree(): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    createReadStream(join('site', decodeURIComponent(url)))
      .on('error', () => response.writeHead(404).end())
      .pipe(response)
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

async function octo(...words: readonly string[]): Promise<void> {
  const code = await runOcto(words)
  if (code !== 0) throw new Error(`\`octo ${words.join(' ')}\` ended with ${code}`)
}
