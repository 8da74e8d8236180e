/*
 * Buttons that copy a text of the page: data-copy is its id, data-done what is said then.
 */
const byId = (id) => document.getElementById(id);

/** @type {NodeListOf<HTMLButtonElement>} */
const buttons = document.querySelectorAll('[data-copy]');

/** Copies; where that is not allowed, chooses the text so that it can be. */
async function copy(button) {
  const code = byId(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(code.textContent);
    byId('dit').textContent = button.dataset.done;
  } catch {
    getSelection().selectAllChildren(code);
  }
}

for (const button of buttons) {
  button.hidden = false;
  button.addEventListener('click', () => copy(button));
}
