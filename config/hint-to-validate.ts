// What is wrong in a config ends a command at the first problem; the next command names all of them.
import type { CodedError } from '../schemas/errors.ts'
import { isCoded, withHint } from '../schemas/errors.ts'
import { keptError } from '../schemas/kept-error.ts'
import { shellWord } from '../schemas/quote.ts'
import type { OctoConfig } from './model/config.ts'

/** The same error where it says itself what to do next, or is none of the config. */
export function hintToValidate<Other>(error: Other, paths: readonly string[]): Other | CodedError {
  if (!isCoded(error, 'CONFIG_INVALID') || error.hint !== undefined) return error
  const files = paths.map(shellWord).join(' --config ')
  const hint =
    paths.length === 0
      ? '`octo config validate` names everything that is wrong'
      : `\`octo config validate --config ${files}\` names everything that is wrong`
  return keptError(withHint(error, hint))
}

/** Likewise of services that cannot be run, which is told when somebody starts them. */
export function withHintsToValidate(config: OctoConfig, paths: readonly string[]): OctoConfig {
  return {
    ...config,
    services: config.services.map((service) => ({ ...service, spec: hintToValidate(service.spec, paths) })),
  }
}
