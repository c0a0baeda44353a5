// Loaded by Node before a plugin: a module is found inside the plugin's own folder, or not at all. Node itself goes on to
// look in every folder above, in the user's home and beside its own program, where others than the publisher put things.
// Node processes that the plugin starts load it too, when they run a file of the plugin or text; the Node of the machine may be
// older than octo's own.
'use strict'
const { realpathSync } = require('node:fs')
const Module = require('node:module')
const { isAbsolute, sep } = require('node:path')
const { fileURLToPath } = require('node:url')

const given = process.env.OCTO_PLUGIN_ROOT
if (!given) throw new Error('octo: OCTO_PLUGIN_ROOT is not set')
const root = `${realpathSync(given)}${sep}`

passOn()
if (!isOfTheMachine(process.argv[1])) guard()

/** Whoever is started with other flags of its own still has the environment. */
function passOn() {
  const flag = `--require "${__filename.replace(/[\\"]/g, '\\$&')}"`
  const options = process.env.NODE_OPTIONS ?? ''
  if (!options.includes(flag)) process.env.NODE_OPTIONS = `${options} ${flag}`.trim()
}

/** A program such as npm, by its path: it has its own modules. */
function isOfTheMachine(main) {
  if (main === undefined) return false
  try {
    return !realpathSync(main).startsWith(root)
  } catch {
    return false
  }
}

function guard() {
  if (Module.registerHooks) Module.registerHooks({ resolve: resolveInside })
  else guardRequire()
}

function resolveInside(specifier, context, next) {
  const found = next(specifier, context)
  if (/^(node|data):/.test(found.url)) return found
  if (found.url.startsWith('file:') && isInside(fileURLToPath(found.url.replace(/[?#].*$/, '')))) return found
  throw notInside(specifier, context.conditions?.includes('import') ? 'ERR_MODULE_NOT_FOUND' : 'MODULE_NOT_FOUND')
}

/** Before Node 22.15 a program can watch `require` alone, and not `import`. */
function guardRequire() {
  const resolve = Module._resolveFilename
  Module._resolveFilename = (specifier, ...rest) => {
    const found = resolve(specifier, ...rest)
    if (!isAbsolute(found) || isInside(found)) return found
    throw notInside(specifier, 'MODULE_NOT_FOUND')
  }
}

function isInside(path) {
  return path.startsWith(root)
}

function notInside(specifier, code) {
  const error = new Error(`Cannot find module '${specifier}' inside the plugin, and octo looks nowhere else`)
  error.code = code
  return error
}
