// Runs octo from the files that tools/bundle/ wrote into dist/, and only while they are what the sources would become: in
// a checkout dist/sources.json says of which files, and the first difference means "no bundle". A release has no sources
// to differ from. Plain CommonJS without syntax newer than Node 12.
'use strict'
const fs = require('fs')
const path = require('path')

const WRITABLE_BY_OTHERS = 0o022
const PIECE_BYTES = 65536
/** Of code that stands twice: short enough for packers, which look back no further than twice as much, to keep one of both. */
const PAIR_BYTES = 16384
/** The lists of files that the bundles were made of; a release has none. */
const SOURCES = {
  octo: 'sources.json',
  help: 'help.sources.json',
  warm: 'warm.sources.json',
  complete: 'complete.sources.json',
}
/** What the scripts of `octo completion` say first. */
const COMPLETE = '__complete'
/** The first words that octo.cjs knows. */
const WORDS = 'words.json'

/** What dist/octo.cjs exports, or undefined when it is not there or not current. */
function loadBundle(root) {
  return load(root, 'octo')
}

/** The same for dist/help.cjs, where a word asks for help or is none: only then its `runHelp` has an answer. */
function loadHelp(root, args) {
  return asksForHelp(args) || !isWord(root, args[0]) ? load(root, 'help') : undefined
}

/** The same for dist/warm.cjs, whose `main` becomes a plugin that ran before. */
function loadWarm(root, args) {
  return args[0] === 'run' && !asksForHelp(args) ? load(root, 'warm') : undefined
}

/** The same for dist/complete.cjs, whose `main` answers a TAB of a shell. */
function loadComplete(root, args) {
  return args[0] === COMPLETE ? load(root, 'complete') : undefined
}

function load(root, name) {
  return mayRun(root, name) ? compileBundle(path.join(root, 'dist', `${name}.cjs`)).run() : undefined
}

/** Who starts octo hundreds of times, as tests do, looks once at the sources for all of them. */
function mayRun(root, name) {
  if (process.env.OCTO_FROM_SOURCE !== '0') return isCurrent(root, name)
  return fs.existsSync(path.join(root, 'dist', `${name}.cjs`))
}

/** What stands after `--` belongs to a plugin. */
function asksForHelp(args) {
  for (const word of args) {
    if (word === '--') return false
    if (word === '--help' || word === '-h') return true
  }
  return false
}

/** In doubt it is one, and octo.cjs has to say. */
function isWord(root, word) {
  const words = readJson(path.join(root, 'dist', WORDS))
  return !Array.isArray(words) || words.includes(word)
}

/** Whether the bundle may be run: no source is changed, new or gone since it was built. */
function isCurrent(root, name) {
  const list = path.join(root, 'dist', SOURCES[name])
  // Asked first: an error takes longer than all the rest.
  const sources = fs.existsSync(list) ? readJson(list) : undefined
  if (Array.isArray(sources)) return sources.every((entry) => isSame(`${root}/${entry[0]}`, entry))
  return !fs.existsSync(path.join(root, 'octo.ts')) && fs.existsSync(path.join(root, 'dist', `${name}.cjs`))
}

/** Of a file or a folder. The change time as well, which nobody can set: a time of writing can be put back. */
function stateOf(file) {
  const found = fs.statSync(file, { throwIfNoEntry: false })
  return found && [found.size, found.mtimeMs, found.ctimeMs]
}

function isSame(file, [, size, mtimeMs, ctimeMs]) {
  const found = stateOf(file)
  return found !== undefined && found[0] === size && found[1] === mtimeMs && found[2] === ctimeMs
}

/**
 * `run` gives what the bundle exports; `compiledCode` afterwards what V8 has compiled by then, and `further` the bundles beside it that it
 * asked for. Each of `bundles` knows the others by their names.
 */
function compileBundle(file, bundles = new Map()) {
  const { text, script, cachedData } = takeIn(file)
  const module = { exports: {} }
  const bundle = {
    run() {
      const ask = (name) => loadFrom(path.dirname(file), bundles, name)
      script.runInThisContext()(module.exports, ask, module, file, path.dirname(file))
      return module.exports
    },
    further: () => [...bundles.values()].filter((each) => each !== bundle),
    compiledCode() {
      return Buffer.concat([inPairs(script.createCachedData()), Buffer.from(text, 'latin1')])
    },
    /** Whether V8 took what was kept. */
    usesCompiledCode: cachedData !== undefined && script.cachedDataRejected === false,
    file,
    module,
  }
  bundles.set(`./${path.basename(file)}`, bundle)
  return bundle
}

/** Throws OCTO_DAMAGED for what is there and cannot be read, or is half of a file, as a power cut leaves it. */
function takeIn(file) {
  const vm = require('vm')
  try {
    const source = fs.readFileSync(file)
    if (source.length === 0) throw new Error('it is empty')
    const cachedData = readCompiledCode(file, source)
    // ASCII, and the function of a module already, so that V8 takes the text as it is.
    const text = source.latin1Slice()
    const script = new vm.Script(text, { filename: file, cachedData })
    // The collector would come for them only after the most that octo ever needs.
    for (const taken of [source, cachedData]) letGo(taken)
    return { text, script, cachedData }
  } catch (error) {
    throw error.code === 'ENOENT' ? error : damaged(file, error)
  }
}

/** `bin/installed.js` has the words for people. */
function damaged(file, cause) {
  return Object.assign(new Error(cause.message), { code: 'OCTO_DAMAGED', path: file, cause })
}

/** Node has no other way to give back the memory of what it read. */
function letGo(buffer) {
  if (buffer && buffer.length === buffer.buffer.byteLength && buffer.buffer.transfer) buffer.buffer.transfer(0)
}

/** A bundle beside it once, and in place of another of its kind the one that runs. One that throws is none, as with Node's `require`. */
function loadFrom(folder, bundles, name) {
  if (!name.startsWith('./')) return require(name)
  const known = bundles.get(name)
  if (known) return known.module.exports
  try {
    return compileBundle(path.join(folder, name), bundles).run()
  } catch (error) {
    bundles.delete(name)
    throw error
  }
}

/** Piece by piece, each of them twice. */
function inPairs(code) {
  const pairs = Buffer.allocUnsafe(2 * code.length)
  for (let at = 0; at < code.length; at += PAIR_BYTES) {
    const piece = code.subarray(at, at + PAIR_BYTES)
    piece.copy(pairs, 2 * at)
    piece.copy(pairs, 2 * at + piece.length)
  }
  return pairs
}

/** V8 refuses code of another version or other flags by itself; with the name, each Node has its own. */
function compiledCodePath(file) {
  return `${file.replace(/\.cjs$/, '')}.${process.versions.v8}-${process.arch}.code`
}

/**
 * Compiled code is code, and V8 compares only the length of its source and no checksum. So it stands in its file twice, piece by
 * piece, which have to be the same, with a copy of the source, which has to be the bundle byte by byte, and nobody but the owner of the
 * bundle may be able to write it.
 */
function readCompiledCode(file, source) {
  try {
    const place = compiledCodePath(file)
    const owner = fs.statSync(file).uid
    if (![path.dirname(place), place].every((each) => isOwnedBy(owner, each))) return undefined
    return readTwice(place, source)
  } catch {
    return undefined
  }
}

function readTwice(place, source) {
  const opened = fs.openSync(place, 'r')
  try {
    const length = (fs.fstatSync(opened).size - source.length) / 2
    if (!Number.isInteger(length)) return undefined
    const code = Buffer.allocUnsafeSlow(length)
    return readPairs(opened, code) && goesOnWith(opened, source) ? code : undefined
  } finally {
    fs.closeSync(opened)
  }
}

/** Whether each piece of `code` stands there twice. */
function readPairs(opened, code) {
  const pair = Buffer.allocUnsafeSlow(2 * PAIR_BYTES)
  for (let at = 0; at < code.length; at += PAIR_BYTES) {
    const length = Math.min(PAIR_BYTES, code.length - at)
    if (readInto(opened, pair.subarray(0, 2 * length)) !== 2 * length) return false
    if (pair.compare(pair, length, 2 * length, 0, length) !== 0) return false
    pair.copy(code, at, 0, length)
  }
  return true
}

/** Into the same few pages again and again: new memory for all of it takes ten times as long as comparing. */
function goesOnWith(opened, expected) {
  const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, expected.length))
  for (let at = 0; at < expected.length; ) {
    const length = readInto(opened, piece.subarray(0, expected.length - at))
    if (length === 0 || expected.compare(piece, 0, length, at, at + length) !== 0) return false
    at += length
  }
  return true
}

/** How many bytes there were. */
function readInto(opened, buffer) {
  let filled = 0
  for (let length = -1; length !== 0 && filled < buffer.length; filled += length)
    length = fs.readSync(opened, buffer, filled, buffer.length - filled, null)
  return filled
}

function isOwnedBy(owner, file) {
  const found = fs.lstatSync(file)
  return found.uid === owner && (found.mode & WRITABLE_BY_OTHERS) === 0 && !found.isSymbolicLink()
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

module.exports = {
  SOURCES,
  WORDS,
  loadBundle,
  loadHelp,
  loadWarm,
  loadComplete,
  isCurrent,
  stateOf,
  compileBundle,
  compiledCodePath,
}
