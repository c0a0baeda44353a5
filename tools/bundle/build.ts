// Makes dist/octo.cjs with dist/rest.cjs, dist/help.cjs for what is asked about commands, dist/warm.cjs for the start of a plugin that ran before, and
// dist/complete.cjs for what shells complete, with the table of all commands as the help knows them beside it.
// The list of sources is written last: until it fits what lies there, the launcher of a checkout runs the sources.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { BuildOptions, Metafile } from 'esbuild'
import { build } from 'esbuild'
import { minVersion } from 'semver'
import { compileBundle, SOURCES, WORDS } from '../../bin/bundle.js'
import { COMMANDS } from '../../completion/command-table.ts'
import { replaceFile } from '../../system/files/atomic-file.ts'
import type { Bundle } from './bundles.ts'
import { bundlesOf } from './bundles.ts'
import { englishOnly } from './english-only.ts'
import type { Made } from './halves.ts'
import { halves } from './halves.ts'
import { laterModules, OUTSIDE } from './later.ts'
import { leavingOut } from './leaving-out.ts'
import { renderLicences } from './licences.ts'
import { checkThread, ownCheckDigests } from './own-checks.ts'
import { BANNER, fromNode, inAscii, ownModules } from './own-modules.ts'
import type { SourceStates } from './source-states.ts'
import { sourceStates } from './source-states.ts'

/** What Node puts around a module. Written into the file, as putting it there copies two megabytes at each start. */
const WRAPPED = { before: '(function(exports,require,module,__filename,__dirname){', after: '})' }
/** What decides how the bundle looks, besides the sources. */
const TOOL = 'tools/bundle'
/** Whoever starts octo reads them, and nobody but their owner writes them, whatever the umask says. */
const FILE_MODE = 0o644
const FOLDER_MODE = 0o755

/** Throws what esbuild says of a source that it cannot read; then nothing in dist/ is run. */
export async function buildBundles(root: string): Promise<void> {
  mkdirSync(join(root, 'dist'), { recursive: true })
  chmodSync(join(root, 'dist'), FOLDER_MODE)
  const metafiles: Metafile[] = []
  for (const bundle of bundlesOf(root)) metafiles.push(await writeBundle(root, bundle))
  await write(join(root, 'dist/LICENSES.txt'), renderLicences(root, metafiles))
}

async function writeBundle(root: string, made: Bundle): Promise<Metafile> {
  const { name } = made
  const file = join(root, 'dist', `${name}.cjs`)
  const list = join(root, 'dist', SOURCES[name])
  rmSync(list, { force: true })
  const states = sourceStates(root)
  const { text, map, rest, metafile } = await bundle(root, made, states)
  const further = join(root, 'dist/rest.cjs')
  await writeCode(file, { text, map }, states)
  if (rest) await writeCode(further, rest, states)
  if (name === 'complete') await writeCommands(root, states)
  if (name === 'help') await write(join(root, 'dist', WORDS), JSON.stringify(compileBundle(file).run().words))
  // Another build may have been faster, of sources that were others.
  const isOurs = readFileSync(file, 'utf8') === text && (!rest || readFileSync(further, 'utf8') === rest.text)
  if (isOurs) await write(list, states.toJSON())
  return metafile
}

async function writeCode(file: string, { text, map }: Made, states: SourceStates): Promise<void> {
  await write(`${file}.map`, map)
  await write(file, text)
  states.note(file)
}

/** Apart from the code, because JSON is read faster. Whatever makes the help another one may make the commands others. */
async function writeCommands(root: string, states: SourceStates): Promise<void> {
  const sources: [place: string][] = JSON.parse(readFileSync(join(root, 'dist', SOURCES.help), 'utf8'))
  for (const [place] of sources) states.note(join(root, place))
  const file = join(root, COMMANDS)
  await write(file, JSON.stringify(await compileBundle(join(root, 'dist/help.cjs')).run().commandTable()))
  states.note(file)
}

type Built = Made & { readonly rest?: Made; readonly metafile: Metafile }

/** What esbuild makes of a source and of all that it loads; of octo itself, the part that is needed later apart. */
export async function bundle(
  root: string,
  { entry, keeps }: Pick<Bundle, 'entry' | 'keeps'>,
  states: SourceStates,
): Promise<Built> {
  const { version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const file of ['package.json', 'package-lock.json', TOOL]) states.note(join(root, file))
  for (const file of readdirSync(join(root, TOOL))) states.note(join(root, TOOL, file))
  // A part of octo runs no checks.
  const ownChecks = keeps ? [] : await ownCheckDigests(root, states)
  const thread = keeps ? undefined : checkThread(root, states)
  const later = keeps ? [] : laterModules(root)
  const options: BuildOptions = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    // The oldest that the launcher lets through.
    target: `node${minVersion(engines.node)?.version}`,
    external: OUTSIDE,
    // `import()` has no loader where the launcher runs the bundle.
    supported: { 'dynamic-import': false },
    define: {
      OCTO_VERSION: JSON.stringify(version),
      OCTO_OWN_CHECKS: JSON.stringify(ownChecks),
      OCTO_CHECK_THREAD: JSON.stringify(thread) ?? 'undefined',
    },
    plugins: [...(keeps ? [leavingOut(root, keeps)] : []), englishOnly, ownModules(root, states, later)],
    minify: true,
    // Node shows the line that it ends in.
    lineLimit: 160,
    legalComments: 'none',
    sourcesContent: false,
    tsconfigRaw: {},
    logLevel: 'silent',
  }
  const around = { before: `${WRAPPED.before}${BANNER}`, after: WRAPPED.after }
  if (later.length > 0) {
    const { octo, rest, metafile } = await halves({ ...around, root, entry, later }, options)
    return { ...asWritten(octo), rest: asWritten(rest), metafile }
  }
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: [entry],
    outfile: `dist/${entry}`,
    write: false,
    metafile: true,
    format: 'cjs',
    banner: { js: around.before },
    footer: { js: around.after },
    sourcemap: 'external',
  })
  const [map = '', text = ''] = outputFiles.map((file) => file.text)
  return { ...asWritten({ text, map }), metafile }
}

function asWritten({ text, map }: Made): Made {
  return { text: fromNode(inAscii(text)), map }
}

function write(file: string, text: string): Promise<void> {
  return replaceFile(file, text, { mode: FILE_MODE })
}
