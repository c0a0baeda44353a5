// Guards that no test misses, each with the reason why it stays: it cannot be reached on the machines that tests run on,
// or another guard behind it says the same and this one only says it sooner.

type Reason = {
  readonly file: string
  /** The beginning of the guard as `npm run mutate` shows it. */
  readonly guard: string
  readonly because: string
}

const REASONS: readonly Reason[] = [
  {
    file: 'schemas/yaml/tokens.ts',
    guard: 'token.length === 1',
    because: 'no token is of two marks, and an empty one is as long in the text as a mark',
  },
  {
    file: 'system/http/download.ts',
    guard: 'throw brokeOff(answer, sink, size)',
    because:
      'of the two, the one for a range that the server has not: its discarded body has no bytes, and the same is said behind it',
  },
  {
    file: 'client/sources/plain/plain-plugin.ts',
    guard: 'throw tooLarge(url)',
    because: 'a test would have to send more than 4 GiB',
  },
  {
    file: 'config/include/document-copies.ts',
    guard: "typeof text !== 'string'",
    because: 'the digest behind it is of a text alone; it only tells the type checker so',
  },
  {
    file: 'config/document/merge.ts',
    guard: "node.kind === 'scalar'",
    because: 'lists and maps have no value; it only tells the type checker so',
  },
  {
    file: 'config/document/misplaced-checks.ts',
    guard: "'list' in holds",
    because: 'a map of fields has no `list` either; it only tells the type checker so',
  },
  {
    file: 'config/document/toml.ts',
    guard: 'throw error',
    because: 'the library throws errors of its own class alone; only a mistake in it gets here',
  },
  {
    file: 'operator/result/verdicts.ts',
    guard: '!MAY_SAY_STATUS.test(text)',
    because:
      'a line without the word holds no status for the search behind it either; it spares a flood of lines a parse each',
  },
  {
    file: 'system/process/process-group.ts',
    guard: "process.platform === 'win32'",
    because: 'Windows has no process groups, and the tests run where there are some',
  },
  {
    file: 'trust/artifact/program/ranges.ts',
    guard: 'step.done',
    because:
      'it refuses nothing: a parser that has ended asks for nothing, and the rest of the file is not copied for it',
  },
  {
    file: 'trust/artifact/program/elf.ts',
    guard: '!segment',
    because: 'where there is no first one, there is no last one either; it only tells the type checker so',
  },
  {
    file: 'trust/document/openpgp.ts',
    guard: '!key',
    because: 'the library refuses what holds no key; it only tells the type checker so',
  },
  {
    file: 'trust/document/openpgp.ts',
    guard: "throw malformed(source, 'is not one signature')",
    because:
      'the library answers once for each packet, of which there is one by then; without an answer nothing is proven',
  },
  {
    file: 'trust/document/openpgp.ts',
    guard: "throw malformed(source, 'holds no signature that can be read')",
    because: 'the bytes were asked for one packet before; this asks whether the library has read the same',
  },
  {
    file: 'trust/component/plugin-files.ts',
    guard: 'throw error',
    because: 'a platform is refused by this code alone; only a mistake in octo gets here',
  },
  {
    file: 'config/include/document-copies.ts',
    guard: "typeof text !== 'string'",
    because: 'what is no text has no digest, which makes it no copy as well; it only tells the type checker so',
  },
  {
    file: 'config/include/fetch-documents.ts',
    guard: "isCoded(error, 'FETCH_REFUSED')",
    because: 'no other refusal has a status; it only tells the type checker so',
  },
  {
    file: 'trust/image/decompress.ts',
    guard: 'stream.destroyed',
    because: 'what is written into a destroyed stream is refused as well; it spares reading one piece more',
  },
  {
    file: 'trust/image/image-files.ts',
    guard: 'name === undefined',
    because: 'an entry for the root would stand under no name, which no path finds; it only tells the type checker so',
  },
  {
    file: 'client/store/shared-store.ts',
    guard: 'resolve(root) === resolve(own.root)',
    because: 'a second look at the own store says what the first one said; it spares that look',
  },
  {
    file: 'client/store/memo.ts',
    guard: 'stat === undefined',
    because: 'the comparison before it says the same; only what goes in between gets here',
  },
  {
    file: 'client/store/memo.ts',
    guard: 'identityOf(stat) !== identity',
    because: 'the comparison before it says the same; only what changes in between gets here',
  },
  {
    file: 'client/store/open-to-readers.ts',
    guard: 'process.getuid !== undefined',
    because: 'the tests run where users have numbers',
  },
  {
    file: 'client/installation/require-own.ts',
    guard: 'own === undefined',
    because: 'the tests run where users have numbers',
  },
  {
    file: 'client/installation/used-versions.ts',
    guard: "process.platform !== 'linux'",
    because: 'the tests run where the system tells what runs',
  },
  {
    file: 'client/installation/stage.ts',
    guard: 'running !== undefined',
    because: 'the tests run where the system tells what runs',
  },
  {
    file: 'client/sources/component/prove-plugin.ts',
    guard: 'locked?.digest === digest',
    because: 'the files were looked for among those of the lockfile, by their digests',
  },
  {
    file: 'client/sources/component/prove-plugin.ts',
    guard: 'locked.size === size',
    because: 'the files were looked for among those of the lockfile, with their sizes',
  },
  {
    file: 'client/sources/component/prove-plugin.ts',
    guard: "throw coded('INTERNAL'",
    because: 'the resolver picks from the same list; only a mistake in octo gets here',
  },
  {
    file: 'client/sources/component/component-repo.ts',
    guard: "throw coded('CONFIG_INVALID'",
    because: 'the config takes a repo for one of OCM by this very address; only a mistake in octo gets here',
  },
  {
    file: 'config/model/read-service-spec.ts',
    guard: "throw invalid(args, '`args` of a local `plugin`",
    because: 'a service whose plugin is local is read of local documents alone; this asks once more',
  },
  {
    file: 'operator/exec/environment.ts',
    guard: 'value.length === 0',
    because: 'an empty value has no first character, which the question behind it refuses as well; it says so plainly',
  },
  {
    file: 'config/model/plugin-directories.ts',
    guard: "node.kind !== 'map'",
    because: 'what is no map has no `path` either; it only tells the type checker so',
  },
  {
    file: 'config/include/read-include.ts',
    guard: '!isText(url)',
    because: 'what is no text is no address for the question behind it either; it only tells the type checker so',
  },
  {
    file: 'config/write-repo-files.ts',
    guard: 'isTemplate',
    because: 'a file that is no template is looked at and not read, and gives no text; it spares that look',
  },
  {
    file: 'config/write-repo-files.ts',
    guard: "address.kind === 'file'",
    because: 'no file has an address of the web for its path, so that it gives no text; it spares looking for one',
  },
  {
    file: 'config/model/repos.ts',
    guard: 'said === undefined',
    because: 'where nothing is said there are no items either; it only tells the type checker so',
  },
  {
    file: 'config/graph/layers.ts',
    guard: '!from',
    because: 'every edge of a graph has a node at both ends; it only tells the type checker so',
  },
  {
    file: 'config/graph/layers.ts',
    guard: '!to',
    because: 'every edge of a graph has a node at both ends; it only tells the type checker so',
  },
  {
    file: 'config/model/component-repo.ts',
    guard: 'refuseRemote(node)',
    because: 'the table of rights refuses these fields of fetched documents before they are read',
  },
  {
    file: 'config/model/prompts.ts',
    guard: "throw refused(node, 'ask for values')",
    because: 'prompts are read of local documents alone, in which nothing is remote; this asks once more',
  },
  {
    file: 'config/template/errors.ts',
    guard: "value.kind === 'nil'",
    because: 'what has gone through a pipeline is null no longer, but not there; it refuses null all the same',
  },
  {
    file: 'config/template/functions/call.ts',
    guard: "throw call.fail('an argument is missing')",
    because: 'arguments are counted before a function is called; it only tells the type checker so',
  },
  {
    file: 'config/template/parse-pipeline.ts',
    guard: "throw unexpected(parsing, peekToken(parsing), 'an empty command')",
    because: 'a command is read where a word stands, which is its first; it only tells the type checker so',
  },
  {
    file: 'config/find/found-config.ts',
    guard: 'process.getuid === undefined',
    because: 'Windows has no users of files that Node shows, and the tests run where there are some',
  },
  {
    file: 'registry/upkeep/check-plugins.ts',
    guard: '!release',
    because:
      'a version that was listed just before is there, as none is ever deleted; it only tells the type checker so',
  },
  {
    file: 'registry/upkeep/check-partners.ts',
    guard: 'told.repos.has(repo)',
    because:
      'a repo that the log does not know is told of by the check before it; it spares a second line about the same',
  },
]

export function reasonFor(file: string, guard: string): string | undefined {
  return REASONS.find((reason) => reason.file === file && guard.startsWith(reason.guard))?.because
}
