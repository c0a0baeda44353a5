// The one style sheet: system fonts, light and dark, readable without any of it.
import { LIST_STYLE } from './list-style.ts'
import { NARROW_STYLE } from './narrow-style.ts'

export const STYLE = `:root {
  --ink: #1b1f24; --dim: #57606a; --paper: #ffffff; --line: #d8dee4; --edge: #6e7781; --wash: #f6f8fa; --link: #0550ae;
  --good: #116329; --warn: #7d4e00; --bad: #a40e26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6edf3; --dim: #9da7b3; --paper: #0d1117; --line: #30363d; --edge: #7d8590; --wash: #161b22; --link: #79b8ff;
    --good: #56d364; --warn: #e3b341; --bad: #ff7b72;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem; }
header { display: flex; gap: .5rem 1.25rem; align-items: center; flex-wrap: wrap; border-bottom: 1px solid var(--line); }
header nav { display: flex; gap: 1rem; flex-wrap: wrap; }
main { overflow-wrap: anywhere; }
main:focus { outline: none; }
footer { display: flex; gap: 1.25rem; flex-wrap: wrap; border-top: 1px solid var(--line); margin-top: 3rem; font-size: .875rem; }
header nav a, footer a { padding: .25rem 0; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.brand { font-size: 1.25rem; font-weight: 700; text-decoration: none; color: var(--ink); letter-spacing: -.02em; }
.skip, .hidden { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .25rem .5rem; }
form { display: flex; gap: .5rem; flex: 1; max-width: 30rem; flex-wrap: wrap; }
input, select, button { font: inherit; color: inherit; border: 1px solid var(--edge); border-radius: 6px; padding: .4rem .7rem; }
input, select { min-width: 8rem; background: var(--paper); }
input { flex: 1; }
button { background: var(--wash); cursor: pointer; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.25rem 0 .25rem; }
nav + h1 { margin-top: 0; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
p { margin: .4rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: .5rem 0; }
dt { color: var(--dim); } dd { margin: 0; grid-column: 2; }
.dim { color: var(--dim); }
.tags { display: flex; flex-wrap: wrap; gap: .4rem; padding: 0; margin: .6rem 0; list-style: none; }
.tags li, .tag { border: 1px solid var(--line); background: var(--wash); border-radius: 999px; padding: 0 .6rem; font-size: .8125rem; }
.active { color: var(--good); } .yanked, .deprecated { color: var(--warn); } .quarantined { color: var(--bad); }
.note { border: 1px solid currentcolor; border-left-width: 4px; border-radius: 6px; padding: .5rem .75rem; }
.table { overflow-x: auto; overflow-wrap: break-word; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); }
th { font-size: .8125rem; color: var(--dim); font-weight: 600; }
th[scope=row] { color: var(--ink); font-size: inherit; }
td { min-width: 5rem; } td[dir] { min-width: 12rem; }
.digest code { overflow-wrap: anywhere; }
time { white-space: nowrap; }
td p { margin: 0; }
pre, code { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--wash); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto; margin: .5rem 0; overflow-wrap: normal; }
pre.copy { user-select: all; }
pre.copy, pre.readme { white-space: pre-wrap; overflow-wrap: anywhere; }
.markdown { border-left: 3px solid var(--line); padding-left: 1rem; }
.markdown h3 { font-size: 1.2rem; } .markdown h4 { font-size: 1.05rem; } .markdown h5, .markdown h6 { font-size: 1rem; }
.markdown h3, .markdown h4, .markdown h5, .markdown h6 { line-height: 1.3; margin: 1.25rem 0 .4rem; }
.markdown p, .markdown ul, .markdown ol { margin: .6rem 0; }
.markdown li p { margin: .2rem 0; }
.markdown hr { border: 0; border-top: 1px solid var(--line); margin: 1.25rem 0; }
blockquote { margin: .6rem 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--dim); }
@media (max-width: 40rem) {
  dl { display: block; } dd { margin: 0 0 .5rem; }
}
${LIST_STYLE}${NARROW_STYLE}`
