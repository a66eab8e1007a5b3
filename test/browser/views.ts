import { describe, expect, inject, it, vi } from 'vitest'
import { quirks } from './host.ts'
import type { View, ViewKit } from './view-kit.ts'
import { countFrames, PATIENT, setUp, view } from './view-page.ts'

const BURST = 10_000

/** What both bindings promise, in a page and over a real server. */
export function describeViews(kit: ViewKit): void {
  describe(kit.name, () => {
    it('is of the version that this project is for', () => {
      expect(kit.version).toBe(inject('versions')[kit.framework])
    })

    it('keeps one socket through quick remounts, and closes it after the last', async () => {
      const { line, render, see } = await setUp(kit)
      const kept = view('status', `${line.url}/kept`)
      const gone = view('status', `${line.url}/gone`)
      await render(kept, gone)
      await see('open', 'open')
      for (let round = 0; round < 5; round++) {
        await render()
        await render(kept)
      }
      const first = await line.until({ closed: 1 })
      expect(first.closed.map(({ connection }) => first.urls[connection])).toEqual(['/gone'])
      await see('open')
      expect(await line.report()).toMatchObject({ accepted: 2, live: 1 })
      await render()
      const { closed } = await line.until({ closed: 2 })
      expect(closed).toMatchObject([{ code: 1005 }, { code: 1005 }])
      expect(await line.report()).toMatchObject({ accepted: 2, live: 0 })
    })

    it('shares one socket among ten components, which all render its way back after a reset', async () => {
      const { line, render, see } = await setUp(kit)
      const views = Array.from({ length: 10 }, () => view('status', line.url))
      const allOpen = views.map(() => 'open')
      await render(...views)
      await see(...allOpen)
      await line.order('reset')
      await line.until({ accepted: 2 })
      await see(...allOpen)
      const way = [...kit.statusesBefore, 'connecting', 'open', 'waiting', 'connecting', 'open']
      expect(views.map(({ notes }) => notes.statuses)).toEqual(views.map(() => way))
      expect(await line.report()).toMatchObject({ accepted: 2, live: 1 })
    })

    it('leaves nothing when it is unmounted while the handshake hangs', async () => {
      const { line, render, see, unmount } = await setUp(kit)
      await line.order('hangHandshake', true)
      await render(view('status', line.url))
      await see('connecting')
      await line.until({ handshakes: 1 })
      unmount()
      if (quirks.keepsHungHandshakes) return
      await vi.waitFor(async () => expect((await line.report()).connections).toBe(0), { timeout: 5_000 })
      expect((await line.report()).urls).toHaveLength(1)
    })

    it.each([
      ['different', (index: number) => String(index)],
      ['equal', () => 'same'],
    ])(
      'hands 10,000 %s messages to useMessages without a render, and shows the last at most once a frame',
      async (_kind, make) => {
        const { line, render, see } = await setUp(kit)
        await line.order('configure', { echo: true })
        const views = [view('status', line.url), view('last', line.url), view('field', line.url)]
        const [{ notes }] = views as [View, View, View]
        const counts = () => views.map((each) => each.notes.renders)
        await render(...views)
        await see('open', 'none', 'none')
        const before = counts()
        const frames = countFrames()
        const expected = Array.from({ length: BURST }, (_, index) => make(index))
        for (const message of expected) notes.send(message)
        await vi.waitFor(() => expect(notes.messages.length).toBe(BURST), PATIENT)
        await see('open', make(BURST - 1), make(BURST - 1))
        const drawn = frames()
        expect(notes.messages).toEqual(expected)
        const [ofStatus, ...ofLast] = counts().map((count, index) => count - (before[index] ?? 0))
        expect(ofStatus).toBe(0)
        expect(Math.min(...ofLast)).toBeGreaterThan(0)
        expect(Math.max(...ofLast)).toBeLessThanOrEqual(drawn + 1)
      },
    )

    if (kit.away?.isSocketKept === true)
      it(`keeps the socket of a component that ${kit.away.by} has put away, and its messages`, async () => {
        const { line, render, see } = await setUp(kit)
        const kept = view('status', `${line.url}/kept`)
        const gone = view('status', `${line.url}/gone`)
        await render({ ...kept, isAway: false }, gone)
        await see('open', 'open')
        await render({ ...kept, isAway: true })
        await see()
        const { closed, urls } = await line.until({ closed: 1 })
        expect(closed.map(({ connection }) => urls[connection])).toEqual(['/gone'])
        await line.order('sendText', 'while away')
        await vi.waitFor(() => expect(kept.notes.messages).toEqual(['while away']), PATIENT)
        await render({ ...kept, isAway: false })
        await see('open')
        expect(await line.report()).toMatchObject({ accepted: 2, live: 1 })
      })

    if (kit.away?.isSocketKept === false)
      it(`lets go of the socket of a component that ${kit.away.by} hides, and connects when it is shown`, async () => {
        const { line, render, see } = await setUp(kit)
        const hidden = view('status', line.url)
        await render({ ...hidden, isAway: false })
        await see('open')
        await render({ ...hidden, isAway: true })
        await see()
        expect(await line.until({ closed: 1 })).toMatchObject({ closed: [{ code: 1005 }], live: 0 })
        await render({ ...hidden, isAway: false })
        await see('open')
        await line.order('sendText', 'back')
        await vi.waitFor(() => expect(hidden.notes.messages).toEqual(['back']), PATIENT)
        expect(await line.report()).toMatchObject({ accepted: 2, live: 1 })
      })

    it('goes over to another URL, and sends each message to the one it is meant for', async () => {
      const { line, render, see } = await setUp(kit)
      const here = view('status', `${line.url}/here`)
      await render(here)
      await see('open')
      here.notes.send('to here')
      await line.until({ received: 1 })
      await render({ ...here, url: `${line.url}/there` })
      here.notes.send('to there')
      const { received, closed, urls } = await line.until({ received: 2, closed: 1 })
      expect(received.map(({ connection, head }) => [urls[connection], head])).toEqual([
        ['/here', 'to here'],
        ['/there', 'to there'],
      ])
      expect(closed).toMatchObject([{ connection: 0, code: 1005 }])
      await see('open')
      await line.order('sendText', 'from there')
      await vi.waitFor(() => expect(here.notes.messages).toEqual(['from there']), PATIENT)
      expect(await line.report()).toMatchObject({ accepted: 2, live: 1 })
    })

    it('sends nothing to another URL of what is queued for the one before', async () => {
      const { line, render, see } = await setUp(kit)
      await line.order('refuseWith', 503)
      const here = view('status', `${line.url}/here`, 60_000)
      await render(here)
      await see('waiting')
      expect(here.notes.send('to here')).toBe(true)
      await line.order('refuseWith')
      await render({ ...here, url: `${line.url}/there` })
      await see('open')
      here.notes.send('to there')
      const { received, urls } = await line.until({ received: 1 })
      expect(received.map(({ head }) => head)).toEqual(['to there'])
      expect(urls).toEqual(['/here', '/there'])
    })

    it('closes while enabled is false, and connects anew when it is true', async () => {
      const { line, render, see } = await setUp(kit)
      const on = view('status', line.url)
      await render(on)
      await see('open')
      await render({ ...on, options: { ...on.options, enabled: false } })
      await see('idle')
      expect(await line.until({ closed: 1 })).toMatchObject({ closed: [{ code: 1005 }], live: 0 })
      expect(on.notes.send('to nobody')).toBe(false)
      await render(on)
      await see('open')
      expect(await line.report()).toMatchObject({ accepted: 2, live: 1, received: [] })
    })
  })
}
