import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

type Locked = { readonly version?: string; readonly integrity?: string; readonly resolved?: string }
type Entry = Locked & { readonly dependencies?: object; readonly optionalDependencies?: object }

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))
const packages: Record<string, Entry> = read('package-lock.json').packages
const manifest = read('package.json')

test('every dependency of every platform is in the lockfile, or npm ci refuses to start', () => {
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  )
  assert.deepEqual(missing, [])
})

test('every package in the lockfile is bound to its bytes and to no one machine', () => {
  for (const [path, { integrity, resolved }] of Object.entries(packages).filter(([path]) => path !== '')) {
    assert.match(integrity ?? '', /^sha512-/, path)
    assert.equal(resolved, undefined, path)
  }
})

test('package.json names exact versions only', () => {
  const { dependencies, devDependencies, optionalDependencies } = manifest
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }))
    assert.match(String(version), /^\d+\.\d+\.\d+$/, name)
})
