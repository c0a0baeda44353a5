// The environment of an operator plugin: the user's, without what brings code into a program.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operatorEnvironment } from '../../../operator/operators/environment.ts'

const FACTS = { root: '/store/op', contract: 'exit-code', projectFolder: '/home/me/shop' }

const PASSED = `PATH HOME USER DOCKER_HOST DOCKER_CONFIG DOCKER_CONTEXT DOCKER_TLS_VERIFY COMPOSE_PROFILES KUBECONFIG
  SSH_AUTH_SOCK XDG_RUNTIME_DIR AWS_PROFILE GOOGLE_APPLICATION_CREDENTIALS TAG DB_PASSWORD LANG TZ TMPDIR TERM HTTPS_PROXY
  NODE_EXTRA_CA_CERTS CONTAINER_HOST`.split(/\s+/)
const LEFT_OUT =
  `LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT DYLD_INSERT_LIBRARIES NODE_PATH NODE_V8_COVERAGE PYTHONPATH PYTHONSTARTUP
  PYTHONHOME PERL5LIB PERL5OPT RUBYOPT RUBYLIB GEM_PATH BASH_ENV BASH_FUNC_ls%% ENV SHELLOPTS BASHOPTS IFS PS4 CDPATH ZDOTDIR
  GCONV_PATH LOCPATH GLIBC_TUNABLES MALLOC_CHECK_ OPENSSL_CONF OPENSSL_MODULES JAVA_TOOL_OPTIONS CLASSPATH PHPRC LUA_PATH
  R_PROFILE AWKPATH ld_preload OCTO_TOKEN OCTO_HOME OCTO_SOMETHING`.split(/\s+/)

const host = Object.fromEntries([...PASSED, ...LEFT_OUT, 'NODE_OPTIONS'].map((name) => [name, `value of ${name}`]))
const environment = operatorEnvironment(host, FACTS)

for (const name of PASSED)
  test(`an operator has ${name} of its caller`, () => assert.equal(environment[name], host[name]))
for (const name of LEFT_OUT) test(`an operator has no ${name}`, () => assert.ok(!Object.hasOwn(environment, name)))

test('an operator is told its own folder and that of the project, and loads no module of its caller', () => {
  assert.equal(environment.OCTO_PLUGIN_ROOT, FACTS.root)
  assert.equal(environment.OCTO_CONTRACT, FACTS.contract)
  assert.equal(environment.OCTO_PROJECT_DIR, FACTS.projectFolder)
  assert.match(environment.NODE_OPTIONS ?? '', /^--require "[^"]*node-guard\.cjs"$/)
  assert.equal(environment.PYTHONNOUSERSITE, '1')
})
