import { expect, it } from 'vitest'
import { prepareDemo } from './prepare-demo.ts'

const openPage = prepareDemo()

it('has room between the names of the states, whichever is the current one', async () => {
  const { tab } = await openPage()
  const gaps = (): Promise<number[]> =>
    tab.locator('.track').evaluate((track) => {
      const steps = [...track.children]
      const spans = steps.flatMap((step) => {
        for (const other of steps) other.removeAttribute('aria-current')
        step.setAttribute('aria-current', 'step')
        return steps.map((each) => {
          const range = document.createRange()
          range.selectNodeContents(each)
          return range.getBoundingClientRect()
        })
      })
      return spans.flatMap((span, index) => {
        const next = index % steps.length === steps.length - 1 ? undefined : spans[index + 1]
        return next ? [next.left - span.right] : []
      })
    })
  for (const width of [521, 620, 760, 900, 960, 1024, 1100, 1179, 1180, 1440]) {
    await tab.setViewportSize({ width, height: 900 })
    const least = Math.min(...(await gaps()))
    expect({ width, isEnough: least >= 6, least }).toMatchObject({ width, isEnough: true })
  }
})
