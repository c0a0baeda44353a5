// Goes on in another Node: replaces this process where the system can, else starts a child that gets our terminal, our
// signals, and gives us its end.
'use strict'
const { spawn } = require('child_process')
const { fstatSync } = require('fs')
const { constants } = require('os')

const FORWARDED = ['SIGTERM', 'SIGHUP', 'SIGQUIT']
const CANNOT_START = 78
/** Input, output and errors. */
const LAST_KEPT = 2

function continueWith(binary, args) {
  const given = handedOver(args.concat(Object.values(process.env)))
  if (typeof process.execve === 'function' && process.platform !== 'win32' && given.length === 0) {
    process.execve(binary, [binary].concat(args), process.env)
  }
  const child = spawn(binary, args, { stdio: stdioWith(given) })
  const forward = (signal) => child.kill(signal)
  for (const signal of FORWARDED) process.on(signal, forward)
  // A terminal sends Ctrl-C to both of us; only without one does the child depend on us for it.
  process.on('SIGINT', process.stdin.isTTY ? () => undefined : forward)
  child.on('error', (error) => {
    process.stderr.write(
      `octo cannot start its own Node \`${binary}\` (${error.code}): install Node 26 from https://nodejs.org\n`,
    )
    process.exitCode = CANNOT_START
  })
  child.on('exit', (code, signal) => endLike(code, signal))
}

/** Files and pipes that a shell opened for octo, by number: Node keeps all but the first three from the programs that it starts. */
function handedOver(words) {
  const found = words.map((word) => /^(?:--?\w[\w-]*=)?\/(?:dev|proc\/self)\/fd\/(\d{1,4})$/.exec(word))
  const numbers = found.filter((match) => match).map((match) => Number(match[1]))
  return numbers.filter((number) => number > LAST_KEPT && isOpen(number))
}

function isOpen(number) {
  try {
    fstatSync(number)
    return true
  } catch {
    return false
  }
}

function stdioWith(given) {
  const stdio = ['inherit', 'inherit', 'inherit']
  for (let number = stdio.length; number <= Math.max(...given); number++)
    stdio.push(given.includes(number) ? number : 'ignore')
  return stdio
}

function endLike(code, signal) {
  if (!signal) {
    process.exitCode = code
    return
  }
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  process.exitCode = 128 + constants.signals[signal]
}

module.exports = { continueWith }
