// The style of telephones: nothing is pushed sideways. Tables of many columns show each row as a block, and long lines are broken,
// those of a README's code too. Its tables break within words, and scroll in their own frame only with more columns than there is room for.
export const NARROW_STYLE = `@media (max-width: 40rem) {
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .table td, .folds { overflow-wrap: anywhere; }
  td, td[dir] { min-width: 3.5rem; }
  .folds, .folds tbody, .folds tr, .folds th[scope=row], .folds td { display: block; }
  .folds thead { position: absolute; left: -999rem; }
  .folds tr { border-bottom: 1px solid var(--line); padding: .45rem 0; }
  .folds th[scope=row], .folds td { border: 0; padding: .1rem 0; }
  .folds td:empty { display: none; }
  .folds td::before { content: attr(data-title) ' '; color: var(--dim); font-size: .8125rem; }
}
`
