// The image in which operators of containers install the plugins of checks. It decides what is proven there, so that only local
// documents name it.
import { throwDefect } from '../../schemas/errors.ts'
import { parseImageName } from '../../schemas/image-name.ts'
import { fieldOf } from '../document/field-of.ts'
import { invalid } from '../document/invalid.ts'
import type { TreeNode } from '../document/node.ts'
import { isEmpty, isText, textOf } from '../document/node.ts'

export type ProbesConfig = {
  /** As it is written. */
  readonly image: string
  /** Name of the secret, of the operator, that holds OCTO_REGISTRY and OCTO_TOKEN for a private repo. */
  readonly login?: string
}

/** As Kubernetes names objects (RFC 1123 §2.1). */
const SECRET_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/

/** Undefined where the config says nothing; throws CONFIG_INVALID. `root` is of local documents alone. */
export function readProbes(root: TreeNode | undefined): ProbesConfig | undefined {
  const said = [
    fieldOf(fieldOf(root, 'config', 'operator'), 'operator', 'probes'),
    fieldOf(fieldOf(root, 'config', 'octoctl'), 'octoctl', 'probes'),
  ].flatMap((node) => (isEmpty(node) ? [] : [node]))
  const [node, second] = said
  if (second) throw invalid(second, '`probes` is said twice, below `operator` and `octoctl`, expected once')
  if (!node) return undefined
  const image = fieldOf(node, 'probes', 'image')
  if (isEmpty(image)) throw invalid(node, '`probes` names no image: `image: ghcr.io/acme/octo:1.4`')
  if (!isText(image)) throw invalid(image, '`image` is no text')
  try {
    parseImageName(textOf(image))
  } catch (error) {
    throwDefect(error)
    throw invalid(image, `\`image\`: ${error.message}`, { cause: error })
  }
  return { image: textOf(image), ...readLogin(node) }
}

function readLogin(probes: TreeNode): Pick<ProbesConfig, 'login'> {
  const node = fieldOf(probes, 'probes', 'login')
  if (isEmpty(node)) return {}
  if (!isText(node) || !SECRET_NAME.test(node.value))
    throw invalid(
      node,
      '`login` is no name of a secret, expected such as `octo-login`, with OCTO_REGISTRY and OCTO_TOKEN in it',
    )
  return { login: node.value }
}
