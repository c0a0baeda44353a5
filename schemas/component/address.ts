// `ocm://HOST/PATH//COMPONENT:VERSION`: where a component of the Open Component Model lies, as `ocm` itself writes it behind `ocm://`.

export type ComponentAddress = {
  /** With its port, as it is written. */
  readonly host: string
  /** Of the OCI repositories of its components, e.g. `acme/component-descriptors`. */
  readonly folder: string
  readonly component: string
  /** As OCM writes it; the newest stable one when absent. */
  readonly version: string | undefined
}

const FORM =
  /^ocm:\/\/([A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?)((?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*)\/\/([^:@]+)(?::([^:@/]+))?$/
const COMPONENT = /^[a-z][-a-z0-9]*(?:\.[a-z][-a-z0-9]*)*\.[a-z]{2,}(?:\/[a-z][-a-z0-9_]*(?:\.[a-z][-a-z0-9_]*)*)+$/
const MAX_LENGTH = 1024
const FOLDER = 'component-descriptors'

/** Undefined for what is no such address. */
export function readComponentAddress(text: string): ComponentAddress | undefined {
  const [, host = '', path = '', component = '', version] = (text.length <= MAX_LENGTH && FORM.exec(text)) || []
  if (host === '' || !URL.canParse(`https://${host}`) || !isComponentName(component)) return undefined
  const folder = path.endsWith(`/${FOLDER}`) ? path : `${path}/${FOLDER}`
  return { host, folder: folder.slice(1), component, version }
}

export function isComponentName(text: string): boolean {
  return text.length <= 255 && COMPONENT.test(text)
}

/** The OCI repository that holds the versions of a component. */
export function ociPathOf({ folder, component }: Pick<ComponentAddress, 'folder' | 'component'>): string {
  return `${folder}/${component}`
}

/** OCI tags hold no `+`. */
export function tagOf(version: string): string {
  return version.replace('+', '.build-')
}

export function versionOfTag(tag: string): string {
  return tag.replace('.build-', '+')
}

/** What a plugin is called whose component this is: its last part, without what stands before names that OCM would not take. */
export function pluginNameIn(component: string): string {
  return component.slice(component.lastIndexOf('/') + 1).replace(/^n_/, '')
}
