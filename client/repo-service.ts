// What a repo says of a service that runs in a container.

/** As `repos.services.NAME` of octoctl's config.json. */
export type RepoService = {
  readonly docker: {
    readonly registry?: string
    readonly image: string
    readonly tag?: string
    readonly entrypoint?: string | readonly string[]
    readonly command?: string | readonly string[]
  }
}
