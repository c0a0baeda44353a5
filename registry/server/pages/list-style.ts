// The style of what lists and explains: filters, pages of lists, the API, errors.
export const LIST_STYLE = `.chips { display: flex; flex-wrap: wrap; gap: .4rem; padding: 0; margin: .4rem 0; list-style: none; }
.chip { display: inline-block; border: 1px solid var(--line); border-radius: 999px; padding: .15rem .7rem; font-size: .875rem; text-decoration: none; overflow-wrap: anywhere; }
.chip:hover { border-color: var(--link); }
.chip.chosen { background: var(--wash); color: var(--ink); }
.count { color: var(--dim); }
.filters { border: 1px solid var(--line); border-radius: 6px; padding: .5rem .9rem; margin: .75rem 0; }
.filters summary { cursor: pointer; color: var(--link); }
.filters section { display: grid; grid-template-columns: 6.5rem 1fr; align-items: baseline; gap: 0 .75rem; }
.filters h2 { font-size: .8125rem; font-weight: 600; color: var(--dim); margin: 0; }
.pages { display: flex; gap: 1.25rem; margin: 1.25rem 0; }
.listed { overflow-wrap: anywhere; }
.version { display: inline-block; white-space: nowrap; }
.when time { white-space: normal; }
.operation { border-top: 1px solid var(--line); margin-top: 2rem; }
.operation h2 { font-size: 1.05rem; overflow-wrap: anywhere; }
.operation h3 { font-size: .875rem; margin: 1rem 0 .25rem; color: var(--dim); }
.method { font-weight: 700; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
.facts dt { color: var(--dim); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
a.chip:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
@media (max-width: 40rem) {
  .filters section { grid-template-columns: 1fr; margin: .5rem 0; }
}
`
