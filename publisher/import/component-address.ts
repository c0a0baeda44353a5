// `ocm://HOST/PATH//COMPONENT:VERSION`: where a component of the Open Component Model lies, as `ocm` itself writes it.
import { coded } from '../../schemas/errors.ts'
import { quote } from '../../schemas/quote.ts'
import { isLoopback } from '../../system/http/loopback.ts'

export type ComponentAddress = {
  /** e.g. `https://ghcr.io/v2/acme/component-descriptors/acme.org/plugins/hello` */
  readonly repository: URL
  readonly component: string
  /** As OCM writes it; the newest stable one when absent. */
  readonly version: string | undefined
}

const FORM =
  /^ocm:\/\/([A-Za-z0-9.-]+(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?)((?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*)\/\/([^:@]+)(?::([^:@/]+))?$/
const COMPONENT = /^[a-z][-a-z0-9]*(?:\.[a-z][-a-z0-9]*)*\.[a-z]{2,}(?:\/[a-z][-a-z0-9_]*(?:\.[a-z][-a-z0-9_]*)*)+$/
const MAX_LENGTH = 1024

/** Throws USAGE. Plain HTTP is spoken with this machine itself alone. */
export function parseComponentAddress(text: string): ComponentAddress {
  const [, host = '', path = '', component = '', version] = (text.length <= MAX_LENGTH && FORM.exec(text)) || []
  const isHost = host !== '' && URL.canParse(`https://${host}`)
  if (!isHost || component.length > 255 || !COMPONENT.test(component))
    throw coded('USAGE', {
      message: `${quote(text)} is not the address of a component, expected \`ocm://HOST/PATH//COMPONENT:VERSION\``,
      hint: 'for example `octo import ocm://ghcr.io/acme//acme.org/plugins/hello:1.0.0`',
    })
  const scheme = isLoopback(new URL(`http://${host}`)) ? 'http' : 'https'
  const folder = path.endsWith('/component-descriptors') ? path : `${path}/component-descriptors`
  return { repository: new URL(`${scheme}://${host}/v2${folder}/${component}`), component, version }
}

/** OCI tags hold no `+`. */
export function tagOf(version: string): string {
  return version.replace('+', '.build-')
}

export function versionOfTag(tag: string): string {
  return tag.replace('.build-', '+')
}
