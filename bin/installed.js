// Whether the installed dependencies are those of this version's lockfile. A stamp beside them says which lockfile they
// were last compared with, so that a start reads one line; `npm ci` throws the stamp away together with the rest.
// Plain CommonJS without syntax or module names newer than Node 12.
'use strict'
const { existsSync, readFileSync, statSync, writeFileSync } = require('fs')
const { dirname, join } = require('path')

const home = dirname(__dirname)

/** For a start: what only development needs may be missing. Remembers the answer where it may write. */
function isReady(root = home) {
  const now = stateOfLockfile(root)
  // A package of npm's comes without a lockfile: whoever installed it has seen to its dependencies.
  if (now === undefined || now === readText(stampOf(root))) return true
  if (!isInstalled(root, { needsDevelopment: false })) return false
  stampInstalled(root)
  return true
}

/** By npm's own record of what it installed, and by what lies there. Optional packages may be absent. */
function isInstalled(root = home, { needsDevelopment = true } = {}) {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const present = packagesOf(join(root, 'node_modules/.package-lock.json'))
  if (!wanted || !present) return false
  const isMissed = (entry) => !entry.optional && (needsDevelopment || !(entry.dev || entry.devOptional))
  return Object.keys(wanted).every((path) => {
    if (path === '') return true
    if (!present[path]) return !isMissed(wanted[path])
    return agrees(wanted[path], present[path]) && existsSync(join(root, path, 'package.json'))
  })
}

/** Best effort: a start compares once more where nothing can be written. */
function stampInstalled(root = home) {
  try {
    writeFileSync(stampOf(root), stateOfLockfile(root))
  } catch {
    // A read-only installation starts a little slower.
  }
}

/** One sentence that names the command for this folder. */
function notReadySentence(root = home) {
  return `the dependencies of octo are not those of this version: run \`node setup.js\` in \`${folderOf(root)}\``
}

/** Sources below `node_modules`, as `npm pack` in a checkout puts them there: Node runs no TypeScript in that place. */
function packedSentence(root = home) {
  if (!/[\\/]node_modules[\\/]/.test(root)) return undefined
  return `\`${folderOf(root)}\` holds the sources of octo, which Node does not run below \`node_modules\`: \`npm run package\` in a checkout makes a package that can be installed`
}

/** The same where a file is missing among dependencies that are there by all that npm's record says. */
function missingModule(root = home) {
  if (!existsSync(join(root, 'octo.ts')))
    return {
      message: `a part of octo in \`${folderOf(root)}\` is missing, or does not fit this system`,
      hint: 'install octo again; the registry needs Linux with glibc 2.34 or newer, macOS or Windows',
    }
  const command = isInstalled(root, { needsDevelopment: false }) ? 'npm ci' : 'node setup.js'
  return {
    message: 'a dependency of octo is missing or damaged',
    hint: `run \`${command}\` in \`${folderOf(root)}\``,
  }
}

/** Of a file of octo's own that cannot be taken in. */
function damagedFile({ path, message, cause }, root = home) {
  if (isOutOfFiles(cause))
    return {
      message: `\`${path}\`, a file of octo, cannot be opened, as too many others are open`,
      hint: 'let more files be opened, and run the same command again: `ulimit -n` shows how many may be',
    }
  return {
    message: `\`${path}\`, a file of octo, is damaged or cannot be read (${message})`,
    hint: existsSync(join(root, 'octo.ts'))
      ? `restore it, or remove what was built in \`${join(root, 'dist')}\``
      : 'install octo again',
  }
}

function isOutOfFiles(error) {
  const { code } = Object(error)
  return code === 'EMFILE' || code === 'ENFILE'
}

/** Whether an error says that a package, or a file of one, is not there or does not fit this Node. */
function isMissingModule(error) {
  const { code, message = '' } = Object(error)
  if (code === 'ERR_DLOPEN_FAILED') return true
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return false
  const [, wanted = ''] = /^Cannot find (?:package|module) '([^']+)'/.exec(message) || []
  const isPackage = wanted !== '' && !/^(?:[./\\]|file:|[A-Za-z]:)/.test(wanted)
  return isPackage || /[\\/]node_modules[\\/]/.test(wanted)
}

function folderOf(root) {
  return root.replace(/(?<=.)[\\/]$/, '')
}

function stampOf(root) {
  return join(root, 'node_modules/.octo-lockfile')
}

/** Size and time are enough: whoever changes a lockfile changes its time, forwards or back. */
function stateOfLockfile(root) {
  const found = statSync(join(root, 'package-lock.json'), { throwIfNoEntry: false })
  return found && `${found.size} ${found.mtimeMs}\n`
}

function agrees(wanted, present) {
  return wanted.version === present.version && wanted.integrity === present.integrity
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

module.exports = {
  isReady,
  isInstalled,
  stampInstalled,
  notReadySentence,
  packedSentence,
  missingModule,
  damagedFile,
  isMissingModule,
}
