// `package.json` of an installed octo: its version, and who keeps it up to date. `octo self update` reads it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LAYOUT_VERSIONS } from '../../schemas/layout-versions.ts'

type Manager = { readonly name: 'deb' | 'npm' | 'container'; readonly update: string }

export const MANAGERS = {
  deb: { name: 'deb', update: 'apt-get install --only-upgrade octo' },
  npm: { name: 'npm', update: 'npm install --global octo@latest' },
} as const satisfies Record<string, Manager>

type Marked = {
  readonly platform: string
  readonly managedBy: Manager | null
}

/** Versions of packages are there for the templates of service plugins, which name them. */
export function renderMarker(root: string, { platform, managedBy }: Marked): string {
  const { name, version, description, license, dependencies, devDependencies } = packageJson(root)
  const about = { name, version, description, license, type: 'module' }
  return line({ v: 1, ...about, platform, managedBy, layouts: LAYOUT_VERSIONS, dependencies, devDependencies })
}

/** The same as npm wants it: what is in the bundle is no dependency any more. */
export function renderNpmPackage(root: string, outside: readonly string[]): string {
  const { name, version, description, license, engines, dependencies, devDependencies } = packageJson(root)
  const isOutside = ([dependency]: [string, unknown]) => outside.includes(dependency)
  const all = Object.entries(dependencies)
  return line({
    v: 1,
    name,
    version,
    description,
    license,
    type: 'module',
    platform: 'any',
    managedBy: MANAGERS.npm,
    engines,
    bin: { octo: 'bin/octo.js' },
    layouts: LAYOUT_VERSIONS,
    dependencies: Object.fromEntries(all.filter(isOutside)),
    devDependencies: { ...Object.fromEntries(all.filter((each) => !isOutside(each))), ...devDependencies },
  })
}

export function packageJson(root: string) {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}
