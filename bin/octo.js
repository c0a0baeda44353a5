#!/usr/bin/env node
// Starts octo under whatever Node was found: the version at once, octo.ts when this Node is new enough, else the same
// again with octo's own Node. Plain JavaScript without syntax newer than Node 12.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMissingModule, isReady, missingModule, notReadySentence } from './installed.js'

const NOT_SET_UP = 78
const UNFINISHED = 70
/** Every later major runs octo; own-node.js, which costs time to load, knows about the older ones. */
const NEW_ENOUGH = 26
const root = new URL('..', import.meta.url)
const args = process.argv.slice(2)

if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) printVersion()
else if (Number(process.versions.node.split('.')[0]) >= NEW_ENOUGH) start()
else import('./own-node.js').then(startUnderOlderNode)

function printVersion() {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  process.stdout.write(`octo ${version}\n`)
}

function start() {
  if (!existsSync(new URL('node_modules', root))) {
    refuse('octo is not set up yet: run `node setup.js` in its folder, or `npm start`')
    return
  }
  if (!isReady()) {
    refuse(notReadySentence())
    return
  }
  keepCompiledCode()
  // Until octo has an answer, its end is none: Node would end with 0 when nothing is left to wait for.
  process.exitCode = UNFINISHED
  import('../octo.ts').then(({ runOcto }) => runOcto(args)).then(exitWhenWritten, refuseMissingModule)
}

/** Whatever shows errors may itself be what cannot be loaded. */
function refuseMissingModule(error) {
  if (!isMissingModule(error)) throw error
  const { message, hint } = missingModule()
  refuse(`${message}: ${hint}`)
}

function startUnderOlderNode({ canRunOcto, ownNodePath, tooOldSentence }) {
  if (canRunOcto(process.versions.node)) {
    start()
    return
  }
  const own = ownNodePath()
  if (!own) {
    refuse(tooOldSentence())
    return
  }
  import('./continue-with.js').then(({ continueWith }) =>
    continueWith(own, [fileURLToPath(import.meta.url)].concat(args)),
  )
}

/** V8's compiled code is kept beside the code it came from, so that it has the same owner and goes with `npm ci`. */
function keepCompiledCode() {
  const modules = fileURLToPath(new URL('node_modules', root))
  try {
    accessSync(modules, constants.W_OK)
    module.enableCompileCache(`${modules}/.cache/octo`)
  } catch {
    // A read-only installation starts a little slower.
  }
}

/** Output to a pipe may still be on its way; work that nobody waits for must not keep the process. */
function exitWhenWritten(code) {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exitCode = NOT_SET_UP
}
