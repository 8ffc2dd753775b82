/** Escapes a text from data, so that neither Markdown nor a terminal interprets any character of it. */
export const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}]+/gu, ' ').replace(/[<>|`*_[\]\\]/g, letter => `\\${letter}`);

/** The license of a model card: that of all parts, or `other`. */
export function licenseOf(licenses: readonly { readonly license: string }[]): string {
  const [first, ...others] = new Set(licenses.map(({ license }) => license.toLowerCase()));
  return first !== undefined && others.length === 0 && /^[\w.-]+$/.test(first) ? first : 'other';
}
