// What a component of OCM offers before any config names it: nothing of it is proven by that, and nothing of it is kept.
import { readComponentVersion } from '../../../oci/read-component.ts'
import type { ComponentAddress } from '../../../schemas/component/address.ts'
import { normalised } from '../../../schemas/component/normalised.ts'
import type { Digest } from '../../../schemas/digest.ts'
import { digestOf } from '../../../schemas/digest.ts'
import { coded } from '../../../schemas/errors.ts'
import type { Name } from '../../../schemas/name.ts'
import { quote } from '../../../schemas/quote.ts'
import type { ComponentKey } from '../../../schemas/trust-key.ts'
import { proveComponent } from '../../../trust/component/prove-component.ts'
import type { ClientContext } from '../../context.ts'
import { pluginsIn } from './plugin-list.ts'

export type Offered = {
  readonly version: string
  /** Of the normalised descriptor. */
  readonly digest: Digest
  readonly plugins: readonly Name[]
  /** Throws where none of the keys has signed it. */
  readonly prove: (keys: readonly ComponentKey[]) => void
}

/** Throws REPO_NOT_FOUND for a component that offers no plugin, and what reading it throws. */
export async function lookAtComponent(
  url: string,
  address: ComponentAddress,
  context: ClientContext,
): Promise<Offered> {
  const { descriptor } = await readComponentVersion(await context.network.component(address), address)
  const plugins = [...pluginsIn(descriptor).keys()]
  if (plugins.length === 0)
    throw coded('REPO_NOT_FOUND', {
      message: `${quote(url)} offers no plugin: it is neither a list of plugins nor the component of one`,
      details: { url },
      hint: 'compare the address with the one that its owner gives',
    })
  return {
    version: descriptor.component.version,
    digest: digestOf(normalised(descriptor)),
    plugins,
    prove(keys) {
      proveComponent({ descriptor, trust: { keys, digests: [] }, at: () => context.now() })
    },
  }
}
