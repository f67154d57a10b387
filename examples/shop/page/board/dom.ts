// Finds and creates elements. The board uses no framework.

/** The element of a selector. The page's own HTML holds it, so its absence is a mistake in there. */
export function find<T extends Element>(selector: string, type: new () => T): T {
  const element = document.querySelector(selector)
  if (element instanceof type) return element
  throw new Error(`The page has no ${selector}`)
}

const svgSpace = 'http://www.w3.org/2000/svg'

/** Creates an element of SVG. */
export function svg(name: string, attributes: Readonly<Record<string, string | number>>, ...children: readonly Node[]): SVGElement {
  const element = document.createElementNS(svgSpace, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  element.append(...children)
  return element
}

/** Creates an element of HTML with a class and a text. */
export function html<K extends keyof HTMLElementTagNameMap>(name: K, className: string, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  element.className = className
  element.textContent = text
  return element
}
