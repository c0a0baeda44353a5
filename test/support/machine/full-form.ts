// Fault tests run a few rounds with every `npm test`, and the numbers that prove something when OCTO_FULL=1.

const isFullForm = process.env.OCTO_FULL === '1'

export function rounds({ short, full }: { readonly short: number; readonly full: number }): number {
  const wanted = Number(process.env.OCTO_ROUNDS)
  return wanted > 0 ? wanted : isFullForm ? full : short
}
