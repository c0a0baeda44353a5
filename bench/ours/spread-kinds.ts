// Which kind of check stands at which place of a mixed config: each kind as often as is wanted, and evenly among the others.

export type Amounts = { readonly core: number; readonly residents: number; readonly scripts: number }

type Kind = keyof Amounts

export function spreadKinds({ core, residents, scripts }: Amounts): Kind[] {
  const total = core + residents + scripts
  let others = 0
  return Array.from({ length: total }, (_, index) => {
    if (isOneOf(scripts, index, total)) return 'scripts'
    // Counted among what is left: of the whole, both could want the same place.
    return isOneOf(residents, others++, total - scripts) ? 'residents' : 'core'
  })
}

function isOneOf(amount: number, index: number, total: number): boolean {
  return Math.floor(((index + 1) * amount) / total) > Math.floor((index * amount) / total)
}
