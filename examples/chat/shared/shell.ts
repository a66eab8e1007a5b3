/** What the pages have around their client: the button that restarts the server. */
const button = document.querySelector('#restart')
button?.addEventListener('click', async () => {
  button.setAttribute('aria-busy', 'true')
  await fetch('/restart', { method: 'POST' }).catch(() => {})
  button.removeAttribute('aria-busy')
})
