#!/usr/bin/env node
// Starts octo under whatever Node was found: the version at once; when this Node is new enough, octo from its bundle where
// that is current and else from its sources; else the same again with octo's own Node. Plain CommonJS, which loads faster,
// without syntax or module names newer than Node 12. Nothing is loaded before it is needed.
'use strict'
const fs = require('fs')
const path = require('path')

const NOT_SET_UP = 78
const UNFINISHED = 70
const OUTPUT_LOST = 74
const LEFT_OPEN_MS = 200
/** Every later major runs octo; own-node.js, which costs time to load, knows about the older ones. */
const NEW_ENOUGH = 26
/** For what is new, in MiB: loading fills the little that V8 begins with again and again, and all that lives is copied each time. */
const ROOM = '--min-semi-space-size=8'
const root = path.dirname(__dirname)
const args = process.argv.slice(2)
// A link of octoctl's name has octoctl's words.
if (/^octoctl(\.\w+)?$/.test(path.basename(process.argv[1] || ''))) args.unshift('octoctl')

try {
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) printVersion()
  else if (Number(process.versions.node.split('.')[0]) >= NEW_ENOUGH) start()
  else startUnderOlderNode()
} catch (error) {
  refuseUnloadable(error)
}

/** Written without `process.stdout`, which takes longer to load than all the rest. */
function printVersion() {
  const text = `octo ${ownVersion()}\n`
  try {
    fs.writeSync(1, text)
  } catch (error) {
    if (error.code === 'EAGAIN') process.stdout.write(text)
    else if (error.code !== 'EPIPE') refuse(`the output cannot be written: ${error.code}`, OUTPUT_LOST)
  }
}

function ownVersion() {
  const file = path.join(root, 'package.json')
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).version
  } catch (cause) {
    throw damaged(file, cause.message)
  }
}

function start() {
  if (process.env.OCTO_FROM_SOURCE === '1' && hasSources()) {
    startFromSources()
    return
  }
  const { loadComplete, loadHelp, loadWarm } = launcherPart('./bundle.js')
  const complete = loadComplete(root, args)
  if (complete) {
    complete.main(args)
    return
  }
  // Comes back only when the plugin has to be found, or cannot take the place of this process.
  becomeWarmPlugin(loadWarm(root, args))
  const help = loadHelp(root, args)
  if (help) settle(help.runHelp(args))
  else startWhole()
}

function becomeWarmPlugin(warm) {
  if (warm) warm.main(args)
}

function startWhole() {
  const octo = launcherPart('./bundle.js').loadBundle(root)
  if (octo) settle(octo.runOcto(args))
  else if (hasSources()) startFromSources()
  else refuse(`a file of octo is missing in \`${root}\`: install octo again`)
}

/** A package has none, and nothing that could be set up. */
function hasSources() {
  return fs.existsSync(path.join(root, 'octo.ts'))
}

function startFromSources() {
  const { isReady, notReadySentence, packedSentence } = launcherPart('./installed.js')
  const packed = packedSentence()
  if (packed) {
    refuse(packed)
    return
  }
  if (!fs.existsSync(path.join(root, 'node_modules'))) {
    refuse('octo is not set up yet: run `node setup.js` in its folder, or `npm start`')
    return
  }
  if (!isReady()) {
    refuse(notReadySentence())
    return
  }
  keepCompiledCode()
  settle(import('../octo.ts').then(({ runOcto }) => runOcto(args)))
}

/** Until octo has an answer, its end is none: Node would end with 0 when nothing is left to wait for. */
function settle(answer) {
  process.exitCode = UNFINISHED
  answer.then(end).catch(refuseUnloadable)
}

/** Only the file of the help gives no code: what it was asked is no question about commands. */
function end(code) {
  if (code === undefined) startWhole()
  else exitWhenWritten(code)
}

/** Whatever shows errors may itself be what cannot be loaded. */
function refuseUnloadable(error) {
  const words = wordsFor(error)
  if (words === undefined) throw error
  refuse(`${words.message}: ${words.hint}`)
}

function wordsFor(error) {
  try {
    const { isMissingModule, missingModule, damagedFile } = launcherPart('./installed.js')
    if (error.code === 'OCTO_DAMAGED') return damagedFile(error)
    return isMissingModule(error) ? missingModule() : undefined
  } catch (second) {
    return { message: `\`${second.path}\`, a file of octo, is damaged or missing`, hint: 'install octo again' }
  }
}

/** What a power cut leaves of a file is often its name alone. */
function launcherPart(name) {
  const file = path.join(__dirname, name)
  try {
    const part = require(name)
    if (Object.keys(part).length > 0) return part
  } catch (cause) {
    throw damaged(file, cause.message.split('\n')[0])
  }
  throw damaged(file, 'it is empty')
}

function damaged(file, message) {
  return Object.assign(new Error(message), { code: 'OCTO_DAMAGED', path: file })
}

function startUnderOlderNode() {
  const { canRunOcto, ownNodePath, tooOldSentence } = launcherPart('./own-node.js')
  if (canRunOcto(process.versions.node)) {
    start()
    return
  }
  const own = ownNodePath()
  if (!own) {
    refuse(tooOldSentence())
    return
  }
  const { continueWith } = launcherPart('./continue-with.js')
  continueWith(own, [ROOM, __filename].concat(args))
}

/** V8's compiled code is kept beside the code it came from, so that it has the same owner and goes with `npm ci`. */
function keepCompiledCode() {
  const modules = path.join(root, 'node_modules')
  try {
    fs.accessSync(modules, fs.constants.W_OK)
    require('module').enableCompileCache(`${modules}/.cache/octo`)
  } catch {
    // A read-only installation starts a little slower.
  }
}

/**
 * Output to a pipe may still be on its way. `process.exit` can wait for ever for threads of V8 that compile, and that wait for
 * a garbage collection by this one (Node's issue 54918): so Node ends by itself. Work that nobody waits for must neither keep
 * the process nor change how it ends.
 */
function exitWhenWritten(code) {
  process.exitCode = code
  process.on('uncaughtException', () => process.exit())
  process.stdout.write('', () => process.stderr.write('', () => setTimeout(process.exit, LEFT_OPEN_MS).unref()))
}

function refuse(sentence, code = NOT_SET_UP) {
  process.stderr.write(`${sentence}\n`)
  process.exitCode = code
}
