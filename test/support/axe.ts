import axe from 'axe-core'
import type { Page } from 'playwright'

/** What axe finds wrong in a part of a page, as `rule: selectors`. */
export async function violationsOf(page: Page, selector = 'html'): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  return page.evaluate(inspect, selector)
}

/** Runs in the page. */
async function inspect(selector: string): Promise<string[]> {
  const { violations } = await (Reflect.get(window, 'axe') as typeof axe).run(selector)
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
}
