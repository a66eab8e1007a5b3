import { describe, expect, it } from 'vitest'
import { CARRIERS } from '../../examples/demo/shared/sign-in.ts'
import { PATIENCE } from './demo-page.ts'
import { prepareDemo } from './prepare-demo.ts'

const PHASES = {
  message: 'token → handshake → sign-in → open',
  subprotocol: 'token → handshake → open',
  query: 'token → handshake → open',
}

describe('signing in', () => {
  const openPage = prepareDemo()

  it.each(CARRIERS)('works by %s, and the page never shows a token', async (carrier) => {
    const page = await openPage({}, `?via=${carrier}`)
    await page.shows('phases', PHASES[carrier])
    await page.shows('token', /^Token fetched at \d\d:\d\d:\d\d, expires in (60|5\d) s$/)
    await page.say('Signed in')
    await page.counts('plain-arrived', 1)
    await page.press('fault-revoke')
    await page.logs(/ token fetched for attempt \d, since the one before was refused/)
    await page.becomes('open')
    await page.panelsBecome('open')
    expect(page.tokens.length).toBeGreaterThanOrEqual(6)
    const everything = await page.everything()
    for (const token of page.tokens) {
      expect(token).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
      expect(everything).not.toContain(token)
    }
    expect(everything).not.toContain('eyJ')
  })

  it('comes anew when another carrier is chosen', async () => {
    const page = await openPage()
    await page.choose('carrier', 'subprotocol')
    await page.shows('phases', /^token → handshake → open$/)
    await page.panelsBecome('open')
  })

  it('comes back at once with a fresh token when all were revoked', async () => {
    const page = await openPage()
    await page.press('fault-revoke')
    await page.shows(
      'verdict',
      /^Lost: 4401 .*“The tokens were revoked”\. Verdict: reauthenticate at once\.$/,
    )
    await page.shows('token', /^Token fetched after a refusal at /)
    await page.becomes('open')
    await page.panelsBecome('open')
    expect(page.shown.filter((text) => /^waiting (?!0\.0)/.test(text))).toEqual([])
  })

  it('is closed by auth when fresh tokens are refused too, keeps what is said, and signs in again', async () => {
    const page = await openPage()
    await page.press('fault-refuse-tokens')
    await page.becomes('closed')
    await page.panelsBecome('closed')
    await page.shows('state-text', /^The sign-in was refused, with a fresh token too/)
    await page.shows('open', 'Sign in again')
    await page.say('Kept')
    await page.counts('queued', 1)
    await page.press('fault-refuse-tokens')
    await page.shows('fault-result', 'Tokens are taken again.')
    await page.press('open')
    await page.becomes('open')
    await page.counts('plain-arrived', 1)
  })

  it.each([401, 503])(
    'takes HTTP %i in the handshake for a failed attempt, not for a refusal',
    async (status) => {
      const page = await openPage()
      await page.order('fail-handshakes', { status })
      await page.logs(/ waiting .* to attempt 2, after 1006/)
      await page.order('fail-handshakes', { on: false })
      await page.becomes('open')
      await page.panelsBecome('open')
      expect((await page.log()).join('\n')).not.toContain('refused')
    },
  )
})

describe('short-lived tokens', () => {
  const openPage = prepareDemo({ tokenLife: 3_000 })

  it('are renewed over the living connection by message', async () => {
    const page = await openPage()
    const renewals = async (): Promise<number> =>
      (await page.log()).filter((line) => / token renewed for the living connection/.test(line)).length
    await expect.poll(renewals, PATIENCE).toBeGreaterThanOrEqual(4)
    expect((await page.log()).join('\n')).not.toContain('lost')
    await page.becomes('open')
    await page.panelsBecome('open')
  })

  it.each(['subprotocol', 'query'])(
    'end a connection by %s with 4401, and it comes back',
    async (carrier) => {
      const page = await openPage({}, `?via=${carrier}`)
      await page.logs(/ lost 4401 .*“The token has expired”\. Verdict: reauthenticate at once/)
      await page.becomes('open')
      await page.say('Back')
      await page.counts('plain-arrived', 1)
    },
  )
})
