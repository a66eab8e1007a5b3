// A whole Node process, run by leaks.test.ts: it connects, closes, and has to end by itself.
import { connect } from '@holdfast/core'
import { nativeClasses } from './native-classes.ts'

const { HOLDFAST_URL = '', HOLDFAST_NATIVE = '' } = process.env
const WebSocket = new Map(nativeClasses).get(HOLDFAST_NATIVE)
const connection = connect(HOLDFAST_URL, WebSocket ? { environment: { WebSocket } } : {})
connection.messages$.subscribe((message) => {
  process.stdout.write(String(message))
  void connection.close(1000)
})
connection.send('hello')
