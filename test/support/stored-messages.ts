/** For pages and workers: how many messages the outbox of this name has stored, of any session. */
export function countStored(name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const opened = indexedDB.open(`holdfast-outbox:${name}`)
    let isNew = false
    opened.onupgradeneeded = () => {
      // Not there yet: it is the outbox's to make.
      isNew = true
      opened.transaction?.abort()
    }
    opened.onerror = () => (isNew ? resolve(0) : reject(opened.error))
    opened.onsuccess = () => {
      const database = opened.result
      const counted = database.transaction('messages').objectStore('messages').count()
      counted.onsuccess = () => {
        database.close()
        resolve(counted.result)
      }
    }
  })
}
