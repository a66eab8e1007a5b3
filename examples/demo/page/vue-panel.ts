// biome-ignore-all lint/correctness/useHookAtTopLevel: these are Vue's composables, which setup() calls.
import { useLastMessage, useMessages, useWebSocket } from '@holdfast/vue'
import { createApp, defineComponent, h, type PropType, shallowRef, type VNode, watch } from 'vue'
import type { Member, ServerMessage } from '../shared/room-messages.ts'
import type { RoomOptions } from './connection.ts'
import { formatCount } from './format.ts'
import type { OurClient } from './our-client.ts'
import { tellButton, tellMessage } from './panel-text.ts'

/** The room once more, through `@holdfast/vue` and a connection of its own. */
export function mountVuePanel(
  container: HTMLElement,
  props: { url: string; options: RoomOptions; client: OurClient },
): void {
  createApp(VuePanel, props).mount(container)
}

const VuePanel = defineComponent({
  props: {
    url: { type: String, required: true },
    options: { type: Object as PropType<RoomOptions>, required: true },
    /** Numbers what is sent, for the scoreboard. */
    client: { type: Object as PropType<OurClient>, required: true },
  },
  setup(props) {
    const { status, send, connection } = useWebSocket(
      () => props.url,
      () => props.options,
    )
    // Answers come ten times a second and are nothing to read: what was said stays.
    let lastSaid: ServerMessage | undefined
    const lastMessage = useLastMessage(connection, () => lastSaid)
    watch(connection, (current) => current && props.client.attach(current), { immediate: true })
    // Plain variables: what changes ten thousand times a second is not to be reactive.
    let you: Member | undefined
    let received = 0
    let renders = 0
    // Called for every message, and renders nothing: `lastMessage` does, once a frame.
    useMessages(connection, (message) => {
      if (message.type === 'ack') return
      received += 1
      lastSaid = message
      if (message.type === 'welcome') you = message.you
    })

    function say(text: string): boolean {
      const { book } = props.client
      const isTaken = send({ type: 'say', id: book.nextId, text })
      if (isTaken) book.take()
      return isTaken
    }

    return () => {
      renders += 1
      const told = tellMessage(lastMessage.value)
      return [
        h('header', { class: 'card-head' }, [
          h('h2', { id: 'vue-heading' }, 'Vue'),
          h(
            'p',
            { class: 'binding-state', 'data-testid': 'vue-status', 'data-status': status.value },
            status.value,
          ),
        ]),
        h('p', { class: 'tally', 'data-testid': 'vue-tally' }, [
          h('span', [h('b', { class: 'number' }, formatCount(received)), ' messages,']),
          ' ',
          h('span', [h('b', { class: 'number' }, formatCount(renders)), ' renders']),
        ]),
        h('p', { class: 'binding-who' }, [
          h('span', { style: hueOf(you), 'data-testid': 'vue-you' }, you?.name ?? '…'),
          ', on a connection of its own',
        ]),
        h('div', { class: 'last' }, [
          h('p', { class: 'last-label' }, 'Last message'),
          h('p', [
            h('b', { style: hueOf(told) }, told.name),
            ' ',
            h('span', { 'data-testid': 'vue-last' }, told.text),
          ]),
        ]),
        h(SayForm, { onSay: say }),
        h(
          'button',
          {
            type: 'button',
            class: 'button',
            'data-testid': 'vue-reconnect',
            // Both words do the same: from `closed` and from `waiting` too it dials at once.
            onClick: () => connection.value?.reconnect(),
          },
          tellButton(status.value),
        ),
      ]
    }
  },
})

/** With its own state, so that typing renders this form and not the panel. */
const SayForm = defineComponent({
  props: { onSay: { type: Function as PropType<(text: string) => boolean>, required: true } },
  setup(props) {
    const text = shallowRef('')
    const isTaken = shallowRef(true)

    function say(event: Event): void {
      event.preventDefault()
      const words = text.value.trim()
      if (words === '') return
      isTaken.value = props.onSay(words)
      if (isTaken.value) text.value = ''
    }

    return (): VNode[] => [
      h('form', { class: 'say', onSubmit: say }, [
        h('label', { class: 'grow' }, [
          h('span', { class: 'visually-hidden' }, 'Message of the Vue panel'),
          h('input', {
            'data-testid': 'vue-text',
            value: text.value,
            maxlength: 500,
            autocomplete: 'off',
            placeholder: 'Say something',
            onInput: (event: InputEvent) => {
              if (event.target instanceof HTMLInputElement) text.value = event.target.value
            },
          }),
        ]),
        h('button', { type: 'submit', class: 'button primary', 'data-testid': 'vue-send' }, 'Send'),
      ]),
      h(
        'p',
        { class: 'say-error', role: 'alert' },
        isTaken.value ? '' : 'send() returned false: the queue is full, or the connection closed.',
      ),
    ]
  },
})

function hueOf({ hue }: { readonly hue?: number } = {}): Record<string, string> {
  return hue === undefined ? {} : { '--hue': String(hue) }
}
