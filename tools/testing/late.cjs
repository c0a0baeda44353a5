// With OCTO_TEST_LATE=SEED: required into each process that runs test files, it has some file operations and timers come late, as on
// a machine that is busy. What a test presumes to be over by then shows here rather than once in some hundred runs.
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')
const timers = require('node:timers')
const timersPromises = require('node:timers/promises')

const SHARE = 0.15
const MOST_MS = 80

const { setTimeout: realTimeout } = globalThis
const { setTimeout: realWait } = timersPromises
const seed = Number(process.env.OCTO_TEST_LATE) || 1
let state = (Math.imul(seed, 0x9e3779b1) ^ process.pid) >>> 0 || 1

const FILE_OPERATIONS = [
  ...['access', 'chmod', 'copyFile', 'link', 'lstat', 'mkdir', 'mkdtemp', 'open', 'readFile', 'readdir', 'readlink'],
  ...['realpath', 'rename', 'rm', 'rmdir', 'stat', 'symlink', 'truncate', 'unlink', 'utimes', 'writeFile'],
]

for (const name of FILE_OPERATIONS) {
  const real = fs.promises[name]
  fs.promises[name] = async (...args) => {
    await late()
    const result = await real.apply(fs.promises, args)
    await late()
    return result
  }
}

const lateTimeout = (callback, ms, ...args) => realTimeout(callback, (Number(ms) || 0) + lateMs(), ...args)
// `promisify(setTimeout)` reads its own form from it.
Object.defineProperties(lateTimeout, Object.getOwnPropertyDescriptors(realTimeout))
globalThis.setTimeout = lateTimeout
timers.setTimeout = lateTimeout
timersPromises.setTimeout = (ms, ...args) => realWait((Number(ms) || 0) + lateMs(), ...args)
syncBuiltinESMExports()

async function late() {
  const ms = lateMs()
  if (ms > 0) await realWait(ms)
}

/** 0 most of the time. */
function lateMs() {
  return random() < SHARE ? random() * MOST_MS : 0
}

/** From 0 to below 1, as the seed and the process have it (xorshift). */
function random() {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  state >>>= 0
  return state / 2 ** 32
}
