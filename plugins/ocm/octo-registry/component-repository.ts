// Where a registry of octo has a component: `plugins.example.com/core/hello` is in
// `core/component-descriptors/plugins.example.com/core/hello`, and a version is its tag.
import { CallError } from '../../../sdk/service/index.ts'

const SEGMENT = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/
/** Of names that are no names of components: they begin with a digit, or are one letter. */
const PREFIX = /^n_/
const BAD_REQUEST = 400

/** Throws a CallError for a name that no component of a registry of octo has. */
export function componentRepository(component: string): string {
  const segments = component.split('/')
  const [, repo = ''] = segments
  if (segments.length < 2 || segments.length > 3 || !segments.every((part) => SEGMENT.test(part)))
    throw new CallError(`\`${component}\` is no component of a registry, expected \`DOMAIN/REPO/PLUGIN\``, BAD_REQUEST)
  return `${repo.replace(PREFIX, '')}/component-descriptors/${component}`
}

/** Tags hold no `+`. */
export function tagOf(version: string): string {
  if (/^[\w][\w.+-]{0,127}$/.test(version)) return version.replace('+', '.build-')
  throw new CallError(`\`${version}\` is no version`, BAD_REQUEST)
}

export function versionOf(tag: string): string {
  return tag.replace('.build-', '+')
}
