type Properties<K extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[K], 'attributes' | 'style' | 'children'>
> & {
  /** Attributes that have no property, such as `aria-label`, and `style` as text. */
  readonly attributes?: Readonly<Record<string, string>>;
};

/** A new element with its properties and what is in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties<K> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const { attributes = {}, ...others } = properties;
  const made = Object.assign(document.createElement(tag), others);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** An element of `index.html`. @throws Error when the page has none of that id and kind. */
export function found<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`index.html should have a ${kind.name} #${id}.`);
  return element;
}

/** Shows a text, or hides the element where there is none. */
export function tell(element: HTMLElement, text: string | undefined): void {
  element.textContent = text ?? '';
  element.hidden = !text;
}
