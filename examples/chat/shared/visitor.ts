/** Who this tab is, drawn by lot: over reloads the same, and somebody else in every tab. */
export function visitor(): string {
  const known = sessionStorage.getItem('visitor')
  if (known !== null) return known
  const drawn = crypto.randomUUID()
  sessionStorage.setItem('visitor', drawn)
  return drawn
}
