// Makes a checkout ready and goes on with the words that follow: `node setup.js [script.ts|.js] [arguments]`.
// Installs the locked dependencies when they are missing or differ, quietly, and in well under a tenth of a second when
// there is nothing to do. Runs on Node 20, which need not be able to run octo itself: npm brings octo's own Node. What was
// installed is bundled, so that octo starts faster; without a bundle it runs from its sources.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isCurrent } from './bin/bundle.js'
import { continueWith } from './bin/continue-with.js'
import { isInstalled, stampInstalled } from './bin/installed.js'
import { canRunOcto, ownNodePath, tooOldSentence, WANTED_NODE } from './bin/own-node.js'

const OLDEST_FOR_NPM = 20
const CANNOT_SET_UP = 78
const root = fileURLToPath(new URL('.', import.meta.url))
const words = process.argv.slice(2)

const trouble = tooOldToSetUp() || install() || tooOldToGoOn()
if (trouble) {
  process.stderr.write(`${trouble}\n`)
  process.exitCode = CANNOT_SET_UP
} else if (words.length > 0) {
  continueWith(ownNodePath() || process.execPath, [join(root, words[0])].concat(words.slice(1)))
}

function tooOldToSetUp() {
  const { node } = process.versions
  if (Number(node.split('.')[0]) >= OLDEST_FOR_NPM) return undefined
  return `octo needs Node ${OLDEST_FOR_NPM} or newer to set itself up, and this is Node ${node}: install one from https://nodejs.org`
}

function tooOldToGoOn() {
  return ownNodePath() || canRunOcto(process.versions.node) ? undefined : tooOldSentence()
}

function install() {
  if (isInstalled() && hasNode()) {
    stampInstalled()
    if (words.length === 0 && !isCurrent(root, 'octo')) bundle()
    return undefined
  }
  const startedAt = Date.now()
  process.stderr.write('setting up: installing the locked dependencies and the Node that octo runs on …\n')
  const { status, error } = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (status === 0) {
    stampInstalled()
    bundle()
    process.stderr.write(`setting up: done in ${Math.round((Date.now() - startedAt) / 1000)} s\n`)
    return undefined
  }
  const reason = error ? error.message : `exit code ${status}`
  return `setting up failed: \`npm ci\` did not finish (${reason}); it needs the npm registry once, and ${WANTED_NODE} comes from there`
}

function bundle() {
  const script = join(root, 'tools/bundle/main.ts')
  if (!existsSync(script)) return
  const { status, stderr } = spawnSync(ownNodePath() || process.execPath, [script], { cwd: root, encoding: 'utf8' })
  if (status === 0) return
  const reason = String(stderr).trim().split('\n').slice(0, 10).join('\n')
  process.stderr.write(`setting up: octo could not be bundled and starts slower, from its sources\n${reason}\n`)
}

/** The npm that started us, with the Node it runs on, so that a fresh Node of ours is not asked to replace itself. */
function npm(args) {
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }
  const cli = process.env.npm_execpath
  if (cli && /npm-cli\.c?js$/.test(cli))
    return spawnSync(process.env.npm_node_execpath || process.execPath, [cli].concat(args), options)
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
}

function hasNode() {
  return ownNodePath() !== undefined || canRunOcto(process.versions.node)
}
