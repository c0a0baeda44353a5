// The templates of service plugins: one project for all of them, what a capability needs in it, and octo's sdk as the source that it is.
import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { readTemplateFolder } from './template-folder.ts'
import { summaryOf } from './templates.ts'

const ROOT = new URL('../../', import.meta.url)
const SDK = 'sdk/service/index.ts'
/** Where the sdk lies in the project. */
const SDK_FOLDER = 'octo'
const TOOLS = ['@types/node', 'esbuild', 'typescript']

/** Files by their path in the project, filled in but for what every template has. `template` is e.g. `ocm-blob-transformer`. */
export async function readServiceTemplate(template: string, plugin: string): Promise<ReadonlyMap<string, string>> {
  const part = template.replace(/^ocm-/, '')
  const [shared, own, sdk, versions] = await Promise.all([
    readTemplateFolder('ocm'),
    readTemplateFolder(`ocm-parts/${part}`),
    readSdk(),
    packageVersions(),
  ])
  const list = (names: readonly string[]) =>
    JSON.stringify(Object.fromEntries(names.map((name) => [name, versions[name]])), null, 2).replaceAll('\n', '\n  ')
  const values: Readonly<Record<string, string>> = {
    __SUMMARY__: summaryOf(template),
    __CAPABILITY__: inCamelCase(part),
    __TYPE__: inCamelCase(`-${plugin}`),
    __DEPENDENCIES__: list(sdk.packages),
    __DEV_DEPENDENCIES__: list(TOOLS),
  }
  const filled = [...shared, ...own].map(([path, text]): [string, string] => [
    path,
    Object.entries(values).reduce((found, [word, value]) => found.replaceAll(word, value), text),
  ])
  return new Map([...filled, ...sdk.files])
}

/** `-my-gzip` gives `MyGzip`. */
function inCamelCase(words: string): string {
  return words.replace(/-([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase())
}

type Sdk = { readonly files: ReadonlyMap<string, string>; readonly packages: readonly string[] }

/** The sdk and all of ours that it imports, and the packages that these need. */
async function readSdk(): Promise<Sdk> {
  const files = new Map<string, string>()
  const packages = new Set<string>()
  for (const waiting = [SDK]; waiting.length > 0; ) {
    const path = waiting.pop() ?? ''
    if (files.has(`${SDK_FOLDER}/${path}`)) continue
    const text = await readFile(new URL(path, ROOT), 'utf8')
    files.set(`${SDK_FOLDER}/${path}`, text)
    for (const found of importsOf(text)) {
      if (found.startsWith('.')) waiting.push(posix.join(posix.dirname(path), found))
      else if (!found.startsWith('node:')) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(found)?.[0] ?? found)
    }
  }
  return { files, packages: [...packages].sort() }
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/^(?:import|export|\}).* from '([^']+)'(?: with .*)?$|\bimport\('([^']+)'\)/gm)].map(
    ([, named, loaded]) => named ?? loaded ?? '',
  )
}

/** As octo itself has them. */
async function packageVersions(): Promise<Readonly<Record<string, string>>> {
  const { dependencies, devDependencies } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8'))
  return { ...devDependencies, ...dependencies }
}
