// The closed table of error codes: what each means, the exit code of a command and the HTTP status that carries it.
// Codes are never renamed or reused. docs/ERRORS.md is generated from this table.

/** Exit codes follow sysexits.h where one fits; 1 is "the checked thing failed", 64–78 are ours to explain. */
type ErrorRow = { readonly exit: number; readonly status: number; readonly meaning: string }

const USAGE = 64
const DATA = 65
const MISSING = 66
const UNAVAILABLE = 69
const BUG = 70
const OS = 71
const MANAGED_ELSEWHERE = 72
const CANNOT_CREATE = 73
const IO = 74
const TRY_AGAIN = 75
const UNTRUSTED = 76
const FORBIDDEN = 77
const CONFIG = 78

export const ERROR_CODES = {
  // Words and files that people write
  USAGE: { exit: USAGE, status: 400, meaning: 'the command line or request cannot be understood' },
  FORMAT_INVALID: { exit: DATA, status: 422, meaning: 'a document does not have the shape that its format demands' },
  TEXT_INVALID: { exit: DATA, status: 400, meaning: 'a text is not well-formed Unicode, or not UTF-8' },
  YAML_INVALID: {
    exit: DATA,
    status: 422,
    meaning: 'a YAML text does not parse, repeats a key, or reads as two things',
  },
  JSON_INVALID: {
    exit: DATA,
    status: 400,
    meaning: 'a JSON text does not parse, repeats a key, or reads as two things',
  },
  TOML_INVALID: { exit: DATA, status: 422, meaning: 'a TOML text does not parse, or holds what cannot be kept' },
  LIMIT_EXCEEDED: { exit: DATA, status: 413, meaning: 'an input is larger, deeper or longer than its limit' },
  NAME_INVALID: { exit: DATA, status: 400, meaning: 'a repo or plugin name breaks the name rules' },
  VERSION_INVALID: { exit: DATA, status: 400, meaning: 'a version is not an exact semantic version' },
  RANGE_INVALID: { exit: DATA, status: 400, meaning: 'a version range cannot be understood' },
  PLATFORM_INVALID: { exit: DATA, status: 400, meaning: 'a platform key is not one that exists' },
  DIGEST_INVALID: { exit: DATA, status: 400, meaning: 'a digest is not written as sha256:<64 hex digits>' },
  CONFIG_INVALID: { exit: CONFIG, status: 422, meaning: 'a configuration file asks for something impossible' },
  CONFIG_NOT_FOUND: { exit: CONFIG, status: 404, meaning: 'no configuration file was found' },
  CONFIG_UNSAFE: {
    exit: FORBIDDEN,
    status: 500,
    meaning: 'a config that nobody named belongs to another user, or can be written by one',
  },
  ANSWER_MISSING: { exit: CONFIG, status: 422, meaning: 'a config asks for a value, and there is nobody to answer' },
  MANIFEST_INVALID: { exit: DATA, status: 422, meaning: 'plugin.yaml describes an impossible plugin' },

  // Finding things
  REPO_NOT_FOUND: { exit: MISSING, status: 404, meaning: 'no repo has this name' },
  PLUGIN_NOT_FOUND: { exit: MISSING, status: 404, meaning: 'no repo offers a plugin of this name' },
  VERSION_NOT_FOUND: { exit: MISSING, status: 404, meaning: 'the plugin has no version that fits' },
  NO_MATCHING_PLATFORM: { exit: MISSING, status: 404, meaning: 'the version has no artifact for this platform' },
  NAME_AMBIGUOUS: { exit: CONFIG, status: 409, meaning: 'several repos offer the name and none is pinned' },
  VERSION_YANKED: { exit: MISSING, status: 410, meaning: 'the version was withdrawn from new installs' },
  VERSION_QUARANTINED: {
    exit: UNTRUSTED,
    status: 451,
    meaning: 'the version is blocked: it is neither served nor chosen',
  },
  LOCK_OUT_OF_DATE: { exit: CONFIG, status: 409, meaning: 'the lockfile does not cover what the config asks for' },
  LOCK_MISSING: { exit: CONFIG, status: 404, meaning: 'a frozen command needs a lockfile and found none' },

  // Proof
  DIGEST_MISMATCH: { exit: UNTRUSTED, status: 422, meaning: 'bytes are not the ones that were promised' },
  SIZE_MISMATCH: { exit: UNTRUSTED, status: 422, meaning: 'there are more or fewer bytes than promised' },
  BUNDLE_MISSING: { exit: UNTRUSTED, status: 422, meaning: 'a release carries no signed statement' },
  BUNDLE_MALFORMED: { exit: UNTRUSTED, status: 422, meaning: 'a signature bundle is not one we accept' },
  SIGNATURE_INVALID: { exit: UNTRUSTED, status: 422, meaning: 'a signature does not match what it signs' },
  SIGNATURE_MISSING: { exit: UNTRUSTED, status: 422, meaning: 'a document that has to be signed carries no signature' },
  SIGNATURE_MALFORMED: { exit: UNTRUSTED, status: 422, meaning: 'the signature of a document is not one we accept' },
  SIGNER_NOT_ALLOWED: { exit: UNTRUSTED, status: 403, meaning: 'a good signature, by a key that is not pinned' },
  STATEMENT_MISMATCH: { exit: UNTRUSTED, status: 422, meaning: 'the signed statement is about something else' },
  PROGRAM_UNSAFE: {
    exit: UNTRUSTED,
    status: 422,
    meaning: 'a program would load code from outside its folder, or does not parse',
  },
  PLATFORM_MISMATCH: { exit: UNTRUSTED, status: 422, meaning: 'an executable is built for another platform' },
  KEYRING_EMPTY: { exit: CONFIG, status: 422, meaning: 'no key is pinned or trusted, so nothing can be proven' },
  ARCHIVE_ENTRY_UNSAFE: { exit: UNTRUSTED, status: 422, meaning: 'an archive holds an entry that may not be unpacked' },
  ARCHIVE_MALFORMED: { exit: UNTRUSTED, status: 422, meaning: 'an archive cannot be read to its end' },
  SIGNED_BEFORE: {
    exit: UNTRUSTED,
    status: 409,
    meaning: 'a plugin was locked with a signature, and its repo is unsigned now',
  },
  INDEX_ROLLBACK: { exit: UNTRUSTED, status: 409, meaning: 'a plugin document is older than the one last seen' },
  DOCUMENT_ROLLBACK: { exit: UNTRUSTED, status: 409, meaning: 'a signed document is older than the one last used' },
  DOCUMENT_MISMATCH: { exit: UNTRUSTED, status: 502, meaning: 'a document is about another repo or plugin' },

  SOURCE_UNPINNED: {
    exit: UNTRUSTED,
    status: 422,
    meaning: 'the program of a service is named by what may mean other bytes tomorrow, such as a tag or a branch',
  },
  BUILD_REFUSED: {
    exit: UNTRUSTED,
    status: 403,
    meaning: 'the program of a service is built here, and its config does not allow that',
  },
  IMAGE_UNFIT: {
    exit: UNTRUSTED,
    status: 422,
    meaning: 'an image holds no program that runs without the rest of the image',
  },

  // Network and disk
  FETCH_FAILED: { exit: UNAVAILABLE, status: 502, meaning: 'a server could not be reached or broke off' },
  FETCH_REFUSED: { exit: UNAVAILABLE, status: 502, meaning: 'a server answered with an error' },
  OFFLINE: { exit: UNAVAILABLE, status: 503, meaning: 'something is needed from the network, and that is not allowed' },
  STORE_CORRUPT: { exit: IO, status: 500, meaning: 'bytes in the store changed since they were verified' },
  STORE_UNSAFE: { exit: FORBIDDEN, status: 500, meaning: 'the store can be written by other users' },
  STATE_UNSAFE: { exit: FORBIDDEN, status: 500, meaning: 'the folder of a project can be changed by other users' },
  STORE_BUSY: { exit: TRY_AGAIN, status: 503, meaning: 'another process held a lock for too long' },
  NO_SPACE: { exit: CANNOT_CREATE, status: 507, meaning: 'the disk is full' },
  IO_FAILED: { exit: IO, status: 500, meaning: 'the operating system refused a file operation' },
  FILE_NOT_FOUND: { exit: MISSING, status: 404, meaning: 'a file that was named does not exist' },

  // Registry
  UNAUTHENTICATED: { exit: FORBIDDEN, status: 401, meaning: 'a token is needed, or the token is unknown or expired' },
  FORBIDDEN: { exit: FORBIDDEN, status: 403, meaning: 'the token does not allow this' },
  VERSION_EXISTS: {
    exit: CANNOT_CREATE,
    status: 409,
    meaning: 'the version exists with other bytes; versions never change',
  },
  PLUGIN_NAME_TAKEN: { exit: CANNOT_CREATE, status: 409, meaning: 'the name belongs to something else' },
  KEY_NOT_FOUND: { exit: MISSING, status: 404, meaning: 'there is no such key, or it is revoked already' },
  TOKEN_NOT_FOUND: { exit: MISSING, status: 404, meaning: 'there is no such token, or it is revoked already' },
  SESSION_NOT_FOUND: { exit: MISSING, status: 404, meaning: 'the publishing session is unknown or has expired' },
  SESSION_INCOMPLETE: { exit: DATA, status: 409, meaning: 'not every promised artifact has been uploaded' },
  UPLOAD_OFFSET_MISMATCH: { exit: TRY_AGAIN, status: 409, meaning: 'an upload continues at another offset than given' },
  UPLOAD_TOO_SLOW: { exit: TRY_AGAIN, status: 408, meaning: 'an upload was ended because it hardly moved' },
  IDEMPOTENCY_KEY_REUSED: { exit: USAGE, status: 422, meaning: 'an idempotency key was sent with another request' },
  STATE_CONFLICT: { exit: DATA, status: 409, meaning: 'the version is not in a state that allows this change' },
  DATA_DIR_LOCKED: {
    exit: TRY_AGAIN,
    status: 503,
    meaning: 'another registry process serves this data directory, or its database was moved away or replaced',
  },
  DATA_DIR_CORRUPT: { exit: IO, status: 500, meaning: 'the registry data does not agree with itself' },
  CLIENT_GONE: { exit: TRY_AGAIN, status: 400, meaning: 'the client broke off its own request' },
  NOT_FOUND: { exit: MISSING, status: 404, meaning: 'there is nothing at this address' },
  ENCODING_NOT_TAKEN: { exit: USAGE, status: 415, meaning: 'the body of the request is compressed or encoded' },
  METHOD_NOT_ALLOWED: { exit: USAGE, status: 405, meaning: 'the address does not take this method' },
  RATE_LIMITED: { exit: TRY_AGAIN, status: 429, meaning: 'too many requests; wait as the answer says' },
  STARTING: { exit: TRY_AGAIN, status: 503, meaning: 'the registry is starting' },
  SHUTTING_DOWN: { exit: TRY_AGAIN, status: 503, meaning: 'the registry is stopping' },

  // Publisher
  BUILD_FAILED: { exit: DATA, status: 422, meaning: 'a build command failed' },
  SECRET_IN_ARCHIVE: { exit: DATA, status: 422, meaning: 'a file that looks like a secret would have been published' },
  KEY_UNREADABLE: { exit: FORBIDDEN, status: 422, meaning: 'a key cannot be read or is not protected' },
  TOKEN_UNREADABLE: { exit: FORBIDDEN, status: 422, meaning: 'stored tokens can be read by other users' },
  ALREADY_EXISTS: { exit: CANNOT_CREATE, status: 409, meaning: 'a file or thing of this name exists and is kept' },

  // Operator
  ARGUMENTS_INVALID: { exit: CONFIG, status: 422, meaning: 'arguments do not fit the schema of the plugin' },
  PLUGIN_NOT_EXECUTABLE: { exit: 126, status: 422, meaning: 'the plugin cannot be executed on this machine' },
  PLUGIN_NOT_ALONE: {
    exit: 126,
    status: 422,
    meaning: 'a plugin is to run without octo, and its own files are not enough for that',
  },
  PLUGIN_MISSING: { exit: 127, status: 422, meaning: 'the file of the plugin is gone' },
  PLUGIN_TIMEOUT: { exit: 124, status: 504, meaning: 'the plugin did not finish in time and was killed' },
  CHECK_THREAD_LOST: {
    exit: 1,
    status: 500,
    meaning:
      'a check stopped the thread that it shared with others, which was replaced; it is started as a process when it does so again',
  },
  PLUGIN_FAILED: { exit: 1, status: 422, meaning: 'the plugin ran and reported a failure' },
  CONTRACT_MISMATCH: {
    exit: CONFIG,
    status: 422,
    meaning: 'a plugin stands where one of another kind is needed, such as a notifier among checks',
  },
  OPERATOR_KILLED: {
    exit: 255,
    status: 502,
    meaning: 'a signal ended the operator plugin before it had done its work',
  },
  OPERATOR_TOO_OLD: { exit: CONFIG, status: 422, meaning: 'the plugin asks for a newer operator' },
  RUNTIME_MISSING: { exit: 127, status: 422, meaning: 'the runtime that the plugin names is not on this machine' },
  LINK_REFUSED: {
    exit: CONFIG,
    status: 422,
    meaning: 'a plugin cannot be linked, as each run of it needs octo itself',
  },
  LINK_UNSAFE: {
    exit: FORBIDDEN,
    status: 422,
    meaning: 'a folder or file that a shim relies on is not safe from others',
  },
  SHIM_CHANGED: { exit: 1, status: 409, meaning: 'a shim is missing, is not as octo wrote it, or takes the long way' },

  PLUGIN_UNPROVEN: { exit: UNTRUSTED, status: 422, meaning: 'nothing proves a plugin that lies in a folder' },
  HANDSHAKE_TIMEOUT: { exit: 124, status: 504, meaning: 'a service plugin did not say in time where it listens' },
  HANDSHAKE_REFUSED: {
    exit: UNTRUSTED,
    status: 502,
    meaning: 'a service plugin says that it listens where octo does not connect to',
  },
  PLUGIN_EXITED: {
    exit: 1,
    status: 502,
    meaning: 'a service plugin, or a check that stays, ended while it was needed',
  },
  PLUGIN_BROKEN: {
    exit: TRY_AGAIN,
    status: 503,
    meaning: 'a service plugin failed several times in a row and is left alone for a while',
  },
  PLUGIN_ANSWER_INVALID: {
    exit: DATA,
    status: 502,
    meaning: 'a service plugin answered what its contract does not have',
  },
  CONTRACT_UNSUPPORTED: { exit: MISSING, status: 404, meaning: 'no service plugin has what is asked for' },

  SUPERVISOR_BUSY: { exit: TRY_AGAIN, status: 409, meaning: 'another process supervises the services of this config' },
  SYSTEMD_FAILED: {
    exit: UNAVAILABLE,
    status: 503,
    meaning: 'systemd is not there, or did not do what it was asked for',
  },
  UNIT_UNSAFE: {
    exit: FORBIDDEN,
    status: 422,
    meaning: 'a unit of the machine would run as one user what others can change',
  },
  CHANGES_OUTDATED: { exit: TRY_AGAIN, status: 409, meaning: 'what was shown is not what would be changed any more' },
  SUPERVISOR_FAILED: {
    exit: UNAVAILABLE,
    status: 503,
    meaning: 'the process that supervises services did not start, or does not answer',
  },

  // The program itself
  INSTALLATION_MANAGED: {
    exit: MANAGED_ELSEWHERE,
    status: 409,
    meaning: 'this octo was installed by something else, which keeps it up to date',
  },
  INSTALLATION_UNSAFE: {
    exit: FORBIDDEN,
    status: 422,
    meaning: 'the installation of octo belongs to another user, or others can change it',
  },
  INSTALLATION_INVALID: {
    exit: DATA,
    status: 422,
    meaning: 'an installation or a package of octo is not as octo makes it',
  },
  SELF_CHECK_FAILED: {
    exit: OS,
    status: 500,
    meaning: 'another octo does not start on this machine, or is not the one it should be',
  },
  DOWNGRADE_REFUSED: {
    exit: CONFIG,
    status: 409,
    meaning: 'the version is lower than the one that is there, and nobody asked for that',
  },
  LAYOUT_NEWER: { exit: CONFIG, status: 409, meaning: 'an older octo does not read what the newer one has written' },
  NOT_SET_UP: {
    exit: CONFIG,
    status: 500,
    meaning: 'the dependencies of octo are missing, damaged or those of another version',
  },
  OS_FAILED: { exit: OS, status: 500, meaning: 'the operating system refused something octo needs' },
  PORT_TAKEN: { exit: UNAVAILABLE, status: 503, meaning: 'a port that is needed is used by another program' },
  INTERRUPTED: { exit: 130, status: 503, meaning: 'the work was interrupted' },
  INTERNAL: { exit: BUG, status: 500, meaning: 'a defect in octo' },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERROR_CODES
