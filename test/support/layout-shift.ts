import type { Page } from 'playwright'

/** What Core Web Vitals call good: messages and numbers that come by themselves count a little. */
export const GOOD_SHIFT = 0.1

/** To be called before the page is loaded. */
export async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Reflect.set(window, 'shifted', 0)
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if ('value' in entry && 'hadRecentInput' in entry && entry.hadRecentInput === false) {
          Reflect.set(window, 'shifted', Number(Reflect.get(window, 'shifted')) + Number(entry.value))
        }
      }
    })
    observer.observe({ type: 'layout-shift', buffered: true })
  })
}

/** How much has moved that nobody had touched: the sum of the browser's own layout-shift scores. */
export function shifted(page: Page): Promise<number> {
  return page.evaluate(() => Number(Reflect.get(window, 'shifted')))
}
