/**
 * Escapes text so that it is safe inside an element or a quoted attribute of HTML, SVG and XML.
 *
 * Characters that XML does not allow even when escaped (control characters, half of a surrogate pair) become U+FFFD.
 *
 * @example
 * ```ts
 * escapeMarkup('<b>"A" & B</b>'); // '&#60;b&#62;&#34;A&#34; &#38; B&#60;/b&#62;'
 * ```
 */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
