// How modules of octo and of its tests find what they import: as Node would, and asking the disk once for each file. Node asks for each
// import whether the file is there, where it really is, and each package.json above it whether it is a module, which takes a quarter
// of the time of loading octo. Large packages are one file each, which packages.ts made; where it has not, one of them is loaded in its
// other form.
const { existsSync, readFileSync } = require('node:fs')
const { registerHooks } = require('node:module')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

/** Its package.json has 180 kB, which Node reads anew for each of its hundred ES modules, and once for those of CommonJS. */
const OF_COMMONJS = /^drizzle-orm(?:\/|$)/
/** Another name may lead elsewhere than its words say, and is for Node to look at. */
const SOURCE = /^(?:\.|\.\.(?:\/\.\.)*)(?:\/[\w-]+)*\/[\w.-]+\.ts$/
const ROOT = join(__dirname, '../..')
const ROOT_URL = pathToFileURL(ROOT).href

const CACHE = join(ROOT, 'node_modules/.cache/tests')

/** By their addresses. */
const ours = new Map()
/** Of packages and of Node's own modules, which are the same for all files of ours. */
const ofOthers = new Map(bundled())

registerHooks({
  resolve(name, context, next) {
    if (!isOurs(context.parentURL)) return resolveBy(next, name, context)
    if (SOURCE.test(name)) return source(urlOf(name, context.parentURL)) ?? next(name, context)
    if (name.startsWith('.')) return next(name, context)
    if (!ofOthers.has(name)) ofOthers.set(name, { ...resolveBy(next, name, context), shortCircuit: true })
    return ofOthers.get(name)
  },
})

function bundled() {
  const list = join(CACHE, 'packages.json')
  if (!existsSync(list)) return []
  return JSON.parse(readFileSync(list, 'utf8')).files.map(([name, file]) => [
    name,
    { url: pathToFileURL(join(CACHE, file)).href, format: 'module', shortCircuit: true },
  ])
}

function resolveBy(next, name, context) {
  return OF_COMMONJS.test(name)
    ? next(name, { ...context, conditions: ['require', 'node', 'default'] })
    : next(name, context)
}

/** Links lead only out of the checkout. */
function isOurs(url) {
  return url?.endsWith('.ts') && url.startsWith(ROOT_URL)
}

/** As `new URL` would have it, which takes five times as long. */
function urlOf(name, from) {
  let end = from.lastIndexOf('/')
  let at = name.startsWith('./') ? 2 : 0
  for (; name.startsWith('../', at); at += 3) end = from.lastIndexOf('/', end - 1)
  return `${from.slice(0, end)}/${name.slice(at)}`
}

/** Of one that is missing Node says who wanted it. */
function source(url) {
  if (!ours.has(url) && existsSync(`${ROOT}${url.slice(ROOT_URL.length)}`))
    ours.set(url, { url, format: 'module-typescript', shortCircuit: true })
  return ours.get(url)
}
