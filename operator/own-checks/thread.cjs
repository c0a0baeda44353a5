// The thread in which octo runs the checks that it brings itself. It is given what was proven, as text, and gives the result line
// and the exit code that the same plugin would give as a process.
'use strict'
const { isBuiltin } = require('node:module')
const { compileFunction } = require('node:vm')
const { parentPort, workerData } = require('node:worker_threads')

/** By this the sdk hands a plugin over instead of running it. */
const HOST = Symbol.for('octo.host/v1')
const BEAT_MS = 100

const beats = new Int32Array(workerData.beats)
const programs = new Map()
let running = 0
let beating
/** What ends in one turn of the event loop goes back as one message. */
let answers = []

parentPort.on('message', (message) => {
  if (message.kind === 'load') load(message)
  else for (const question of message.questions) void answer(question)
})
// What a check throws behind its own back is no reason to lose those of others: it gives no result, and its time ends.
process.on('uncaughtException', () => undefined)

function load({ digest, text }) {
  let loaded
  globalThis[HOST] = (program) => {
    loaded = program
  }
  try {
    const module = { exports: {} }
    const body = text.replace(/^#!.*/, '')
    compileFunction(body, ['exports', 'require', 'module'])(module.exports, onlyOfNode, module)
  } finally {
    delete globalThis[HOST]
  }
  programs.set(digest, loaded)
}

/** A bundle holds all else. */
function onlyOfNode(name) {
  if (isBuiltin(name)) return require(name)
  throw new Error(`Cannot find module '${name}'`)
}

async function answer({ id, digest, words, document, deadlineMs }) {
  begin()
  const program = programs.get(digest)
  const log = []
  const onDefect = (error) => log.push(JSON.stringify({ level: 'error', msg: textOf(error) }))
  const asked = { deadlineMs, onDefect, ...(document === undefined ? {} : { document: () => document }) }
  let result
  try {
    result = await program.answer(words, asked)
  } catch (error) {
    onDefect(error)
    result = program.failed(`${program.name} failed: ${error instanceof Error ? error.message : 'unknown error'}`)
  }
  end()
  const said = { id, line: program.render(result), exitCode: program.exitCode(result), log }
  if (answers.push(said) === 1) setImmediate(giveAnswers)
}

function giveAnswers() {
  parentPort.postMessage(answers)
  answers = []
}

/** Whoever looks sees by it that this thread comes to everything that waits. */
function begin() {
  running++
  beating ??= setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS)
}

function end() {
  running--
  if (running > 0) return
  clearInterval(beating)
  beating = undefined
}

function textOf(error) {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
