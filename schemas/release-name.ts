// How plugins and their releases are called wherever people read of one, in the audit log as well: `core/hello`, `core/hello@1.2.3`.
type Plugin = { readonly repo: string; readonly plugin: string }

export function pluginName({ repo, plugin }: Plugin): string {
  return `${repo}/${plugin}`
}

export function releaseName({ version, ...of }: Plugin & { readonly version: string }): string {
  return `${pluginName(of)}@${version}`
}
