import fc from 'fast-check'

const ROOM = 'ws://holdfast.test/a'

/** How many components there may be at once. */
const PLACES = 4

/** What a component is given, at one place of the screen. */
export interface Part {
  readonly url: string | (() => string) | null
  readonly key: string | undefined
  readonly enabled: boolean
  readonly handover: 'drop' | 'move'
  readonly topic: string | undefined
  /** Another life at the same place is another component. */
  readonly life: number
}

export type Screen = readonly (Part | undefined)[]

export const BLANK: Screen = Array.from({ length: PLACES }, () => undefined)

const part: fc.Arbitrary<Part> = fc.record({
  url: fc.constantFrom(ROOM, ROOM, 'ws://holdfast.test/b', 'ws://elsewhere.test/a', () => ROOM, null),
  key: fc.constantFrom(undefined, undefined, 'key', 'lazy', 'acknowledged'),
  enabled: fc.constantFrom(true, true, true, false),
  handover: fc.constantFrom('drop', 'move'),
  topic: fc.constantFrom(undefined, 'x', 'y'),
  life: fc.nat(2),
})

/** What is on a screen; with another `id`, it is another component. */
export function componentsOf(screen: Screen): { id: string; part: Part; place: number }[] {
  return screen.flatMap((part, place) => (part ? [{ id: `${place} ${part.life}`, part, place }] : []))
}

/** Whether it ever takes messages: a life does from its first render on, or never. */
export function listens(part: Part): boolean {
  return part.life < 2
}

/** Who shares a connection: the same text; undefined for no connection. */
export function sharedKey(part: Part | undefined, place: number): string | undefined {
  if (!part?.url || !part.enabled) return undefined
  const { url, key } = part
  if (typeof url === 'string') return `${key} ${url}`
  return key === undefined ? `private ${place}` : `${key} by function`
}

const place = fc.nat(PLACES - 1)

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      /** Whether it is urgent, and shown before anything else happens. */
      isUrgent: fc.boolean(),
      changes: fc.array(fc.tuple(place, fc.option(part, { nil: undefined })), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('send', 'send', 'deliver', 'deliver', 'request'), place }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('reconnect', 'hand-over', 'close', 'open', 'clear'), place }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drop', 'stop', 'restart', 'say') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('hang', 'stall', 'well', 'well') }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 20, 90, 110, 1_000) }),
  },
)

/** What may happen to a page. */
export const steps = fc.array(step, { maxLength: 30, size: 'max' })

export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
