// Exact answers about numbers as they are written: 0.3 is a multiple of 0.1, though the division of a machine says otherwise.

/** The step is more than nothing. What is more than a number can be, as `1e400` is in JSON, is no multiple and has none. */
export function isMultiple(value: number, step: number): boolean {
  if (!Number.isFinite(value) || !Number.isFinite(step)) return false
  const [one, other] = [decimal(value), decimal(step)]
  const scale = Math.max(one.scale, other.scale)
  return (one.digits * 10n ** BigInt(scale - one.scale)) % (other.digits * 10n ** BigInt(scale - other.scale)) === 0n
}

/** `digits` divided by ten as often as `scale` says. */
function decimal(value: number): { readonly digits: bigint; readonly scale: number } {
  const [mantissa = '', exponent = '0'] = String(value).split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const scale = fraction.length - Number(exponent)
  const digits = BigInt(whole + fraction)
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale }
}
