// Why a benchmark may miss an aim, as far as that was measured: by its name, and told where it does.

export const REASONS: Readonly<Record<string, string>> = {
  'run-warm':
    'of the processor time over `node -e 0`, about a tenth is Node’s becoming another program (the row beside it), half the reading and running of the 29 kB of the warm path with their compiled code, and the rest the record and the files of the plugin, which are compared before each run (40 runs of each in turns)',
  'run-linked':
    'a second program, `/bin/sh`, is started and reads the states of all files before it becomes the plugin; where a bare spawn took 3.3 ms, as in the run before, the same shim took 2.2 to 2.4',
  'install-frozen':
    'Node’s own start is in both, 43 ms in this run, where 27 are usual: without it, a release takes 0.50 of the sources. What both do then is the same: the proofs of thirty releases and a look at their files',
  version: 'the whole of it is Node’s start and one small file; runs differ by more than the aim',
  'document-get':
    'one process answers, and runs on one machine lie between 0.53 and 0.64: the aim is within what one run differs from the next',
  'install-cold':
    'of 520 ms of processor time, 125 are octo’s start and end, 150 the proofs of thirty signed releases, and 245 what fetching, hashing, unpacking and keeping 30 MiB takes; `npm ci` proves a hash of each file and no signature',
  'install-unlocked':
    'as with a lockfile, and the versions are resolved from signed documents before; `npm install` asks for no signature',
  'ocm-warm-p50':
    'the run before gave 0.28 ms beside 0.29. Of the processor time of a call, in a profile of 9000, a third is the write that wakes the plugin, an eighth Node’s HTTP, a twentieth the collection of garbage, and a thirtieth each the looks at values by the plugin’s JSON Schema and the look at its socket',
  'ocm-cold':
    'the file of the plugin had been copied seconds before, and octo digests such a file anew at each start: 8 ms of processor time for its 11 MB, of the 9 ms that lie between the two. The row starts a file that lies there for a minute since',
}
