// Loaded by Node before a plugin: a module is found inside the plugin's own folder, or not at all. Node itself goes on to
// look in every folder above, in the user's home and beside its own program, where others than the publisher put things.
'use strict'
const { realpathSync } = require('node:fs')
const { registerHooks } = require('node:module')
const { sep } = require('node:path')
const { fileURLToPath } = require('node:url')

const given = process.env.OCTO_PLUGIN_ROOT
if (!given) throw new Error('octo: OCTO_PLUGIN_ROOT is not set')
const root = `${realpathSync(given)}${sep}`

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    if (/^(node|data):/.test(found.url)) return found
    if (found.url.startsWith('file:') && fileURLToPath(found.url.replace(/[?#].*$/, '')).startsWith(root)) return found
    const error = new Error(`Cannot find module '${specifier}' inside the plugin, and octo looks nowhere else`)
    error.code = context.conditions?.includes('import') ? 'ERR_MODULE_NOT_FOUND' : 'MODULE_NOT_FOUND'
    throw error
  },
})
