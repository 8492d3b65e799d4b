/** Elements. Whatever a name from the wire holds, it becomes text and nothing else: the page's policy allows no other way. */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Readonly<Record<string, string>>} attributes
 * @param {readonly (Node | string | number | null)[]} inside null: nothing
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element (tag, attributes = {}, ...inside) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  for (const part of inside) if (part !== null) made.append(typeof part === 'number' ? String(part) : part)
  return made
}

/**
 * Says something else where it was not said already: a reader is not told twice, and a selection stays.
 * @param {Node} node
 * @param {string} text
 */
export function say (node, text) {
  if (node.textContent !== text) node.textContent = text
}

/**
 * @param {Element} node
 * @param {import('./answers.d.ts').Tone} tone
 */
export function tone (node, tone) {
  if (node.getAttribute('data-tone') !== tone) node.setAttribute('data-tone', tone)
}

/**
 * What has this id in index.html.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function part (id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`index.html has no ${id}`)
  return found
}
