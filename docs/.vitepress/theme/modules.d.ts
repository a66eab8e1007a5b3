/** The index of the search, by language; VitePress makes it. */
declare module '@localSearchIndex' {
  const index: Readonly<Record<string, (() => Promise<unknown>) | undefined>>
  export default index
}

/** The theme's own component, by the name that the config gives it: its types are not published. */
declare module '@search-box' {
  const component: object
  export default component
}
